"""Every photograph is opened once: what cannot be decoded is set aside by name and reason."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from hindmost.core.dataset import Dataset, StrArray
from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.datasets.check_companions import check_companions
from hindmost.datasets.look import look, pillow_warnings_as_reasons, spread
from hindmost.datasets.set_aside import without

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
        remaining = without(dataset, reasons, most_bad=most_bad)
        usable = [seen for seen in looks if not seen.reason]
        check_companions(remaining, usable, workers, progress)
    longest = max((max(seen.size) for seen in usable), default=0)
    return Checked(remaining, np.array([seen.digest for seen in usable], dtype=np.str_), longest)
