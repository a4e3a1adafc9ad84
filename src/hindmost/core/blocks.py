"""Large arrays a block of rows at a time, so that what is made on the way stays small.

Up to one block of rows, each function is the plain expression that it stands for, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hindmost.core.rows import FloatArray

BLOCK = 2**24  # values; 128 MiB of float64


def blocks(X: NDArray[Any], *, rows: int | None = None) -> Iterator[slice]:
    """Consecutive slices of at most ``rows`` rows of X, by default of ``BLOCK`` values; one where X fits in it."""
    rows = max(1, BLOCK // max(1, math.prod(X.shape[1:]))) if rows is None else rows
    return (slice(start, min(start + rows, len(X))) for start in range(0, max(len(X), 1), rows))


def first_not_finite(array: NDArray[np.floating], *, rows: int | None = None) -> int | None:
    """The first row of a matrix that holds NaN or an infinite value; None where there is none."""
    for part in blocks(array, rows=rows):
        if not np.isfinite(array[part]).all():
            return int(part.start) + int(np.flatnonzero(~np.isfinite(array[part]).all(axis=1))[0])
    return None


def deviations(X: NDArray[np.floating], *, rows: int | None = None) -> FloatArray:
    """Standard deviation of each column in float64, shape (d,): ``X.std(axis=0, dtype=float64)``."""
    parts = list(blocks(X, rows=rows))
    if len(parts) == 1:
        return np.asarray(X.std(axis=0, dtype=np.float64))
    mean = sum(X[part].sum(axis=0, dtype=np.float64) for part in parts) / len(X)
    squares = sum(((X[part] - mean) ** 2).sum(axis=0) for part in parts)
    return np.asarray(np.sqrt(squares / len(X)))


def by_blocks(
    work: Callable[[NDArray[np.floating]], NDArray[Any]],
    X: NDArray[np.floating],
    *,
    axis: int = 0,
    rows: int | None = None,
) -> NDArray[Any]:
    """``work(X)`` where row i of X alone decides entry i along ``axis`` of the result."""
    return np.concatenate([work(X[part]) for part in blocks(X, rows=rows)], axis=axis)
