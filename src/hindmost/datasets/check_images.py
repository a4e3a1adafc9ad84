"""Every photograph is opened once: what cannot be decoded is set aside by name and reason."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np

from hindmost.core.dataset import Dataset, SetAside, StrArray
from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import SPLITS, BoolArray, IntArray
from hindmost.datasets.check_companions import check_companions
from hindmost.datasets.look import look, pillow_warnings_as_reasons, spread

MOST_SET_ASIDE = 0.01  # of a split, where the user sets nothing


@dataclass(frozen=True)
class Checked:
    """A dataset whose images all decode.

    Parameters
    ----------
    dataset : Dataset               without the rows that were set aside, which it names
    hashes : str array, shape (n,)  SHA-256 of the bytes of each remaining row's file
    longest_side : int              of any of these photographs, in pixels
    """

    dataset: Dataset
    hashes: StrArray
    longest_side: int


def check_images(
    dataset: Dataset, *, workers: int | None = None, most_bad: float = MOST_SET_ASIDE, progress: Progress = silent
) -> Checked:
    """Decode every photograph, mask, twin and control once, and name what they hold.

    Parameters
    ----------
    dataset : Dataset with images
    workers : int, optional     threads; None: one per processor, at most 8
    most_bad : float in [0, 1]  share of a split that may be set aside; one row of each always may, unless it is 0
    progress : Progress         hears about the stages "check images" and "check masks and twins"

    Raises
    ------
    InputError
        More than one row and more than this share of a split cannot be used, or a named mask, twin or control
        is missing or cannot be decoded.
    """
    if dataset.images is None:
        raise InputError("Stored embeddings have no images to check. Pass a dataset of images.")
    if not 0 <= most_bad <= 1:
        raise InputError(f"The share of rows that may be set aside must lie in 0..1, but {most_bad} came.")
    workers = workers or min(8, os.cpu_count() or 1)
    root = dataset.images.root
    files = [root / name for name in dataset.images.files.tolist()]
    with pillow_warnings_as_reasons():
        looks = list(spread(look, files, workers, "check images", progress))
        reasons = [seen.reason for seen in looks]
        _check_limit(dataset, reasons, most_bad)
        kept = np.array([not reason for reason in reasons], dtype=np.bool_)
        remaining = _without(dataset, kept, reasons)
        usable = [seen for seen in looks if not seen.reason]
        check_companions(remaining, usable, workers, progress)
    longest = max((max(seen.size) for seen in usable), default=0)
    return Checked(remaining, np.array([seen.digest for seen in usable], dtype=np.str_), longest)


def _check_limit(dataset: Dataset, reasons: list[str], most_bad: float) -> None:
    """Raise InputError where a split loses too many rows."""
    unusable = np.array([bool(reason) for reason in reasons], dtype=np.bool_)
    for split in SPLITS:
        where = dataset.rows.mask(split)
        bad = np.flatnonzero(where & unusable)
        if len(bad) > (max(1, most_bad * where.sum()) if most_bad else 0):
            assert dataset.images is not None
            first = "; ".join(f"{dataset.images.files[row]}: {reasons[row]}" for row in bad[:3])
            raise InputError(
                f"{len(bad)} of {where.sum()} images of {split} cannot be used ({first}), {_allowed(most_bad)} may "
                "be set aside. Restore the files, or remove their rows."
            )


def _allowed(most_bad: float) -> str:
    return f"at most one or {100 * most_bad:.3g} %" if most_bad else "none"


def _without(dataset: Dataset, kept: BoolArray, reasons: list[str]) -> Dataset:
    """The dataset without the rows that are not kept, each named with its reason."""
    assert dataset.images is not None
    rows = dataset.rows
    aside = tuple(
        SetAside(str(rows.ids[row]), SPLITS[int(rows.split[row])], reasons[row]) for row in np.flatnonzero(~kept)
    )
    twin_of = None if dataset.twin_of is None else _moved(dataset.twin_of, kept)
    return replace(
        dataset,
        rows=rows.take(kept),
        images=dataset.images.take(kept),
        twin_of=twin_of,
        held_out=None if dataset.held_out is None else dataset.held_out[kept],
        set_aside=(*dataset.set_aside, *aside),
    )


def _moved(twin_of: IntArray, kept: BoolArray) -> IntArray:
    """Positions after rows were taken out; -1 where the original went."""
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    return np.where(twin_of >= 0, place[twin_of], -1)[kept].astype(np.int64)
