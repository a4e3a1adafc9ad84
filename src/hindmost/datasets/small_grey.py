"""Photographs as small grey squares, to compare many of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hindmost.core.progress import Progress, silent
from hindmost.datasets.decode import load_square
from hindmost.datasets.look import spread

SIDE = 64


def small_greys(
    paths: Sequence[Path], *, workers: int | None = None, progress: Progress = silent
) -> NDArray[np.float32]:
    """Each photograph squashed to a grey square, shape (n, 64, 64), 0..255.

    Raises
    ------
    InputError
        A file cannot be read or decoded.
    """
    workers = workers or min(8, os.cpu_count() or 1)
    found = list(spread(_small_grey, list(paths), workers, "compare pictures", progress))
    return np.stack(found) if found else np.empty((0, SIDE, SIDE), dtype=np.float32)


def _small_grey(path: Path) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(load_square(path, SIDE)).convert("L"), dtype=np.float32)
