"""Rows whose image cannot be used leave the data set by name and reason, up to a share of their split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hindmost.core.dataset import Dataset, SetAside
from hindmost.core.errors import InputError
from hindmost.core.rows import SPLITS, BoolArray, IntArray


def without(dataset: Dataset, reasons: Sequence[str], *, most_bad: float) -> Dataset:
    """The dataset without the rows that have a reason, each of which it names.

    Rows that left before count too: the share is of the split as it was first read.

    Parameters
    ----------
    dataset : Dataset with images
    reasons : sequence of str, length n     "" where the image can be used
    most_bad : float in [0, 1]              share of a split that may leave; one row of each always may, unless it is 0

    Raises
    ------
    InputError
        More than one row and more than this share of a split cannot be used.
    """
    unusable = np.array([bool(reason) for reason in reasons], dtype=np.bool_)
    if unusable.any():
        _check_limit(dataset, unusable, reasons, most_bad)
    return _taken(dataset, ~unusable, reasons)


def _check_limit(dataset: Dataset, unusable: BoolArray, reasons: Sequence[str], most_bad: float) -> None:
    """Raise InputError where a split loses too many rows."""
    assert dataset.images is not None
    for split in SPLITS:
        before = sum(one.split == split for one in dataset.set_aside)
        where = dataset.rows.mask(split)
        bad = np.flatnonzero(where & unusable)
        total, lost = int(where.sum()) + before, len(bad) + before
        if len(bad) and lost > (max(1, most_bad * total) if most_bad else 0):
            first = "; ".join(f"{dataset.images.files[row]}: {reasons[row]}" for row in bad[:3].tolist())
            earlier = f", {before} of them named before" if before else ""
            raise InputError(
                f"{lost} of {total} images of {split} cannot be used ({first}{earlier}), {_allowed(most_bad)} may "
                "be set aside. Restore the files, or remove their rows."
            )


def _allowed(most_bad: float) -> str:
    return f"at most one or {100 * most_bad:.3g} %" if most_bad else "none"


def _taken(dataset: Dataset, kept: BoolArray, reasons: Sequence[str]) -> Dataset:
    assert dataset.images is not None
    rows = dataset.rows
    aside = tuple(
        SetAside(str(rows.ids[row]), SPLITS[int(rows.split[row])], reasons[row])
        for row in np.flatnonzero(~kept).tolist()
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
