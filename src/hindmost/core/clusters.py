"""Rows that are not independent: what one cluster adds to each part, and how many rows it is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Pieces:
    """The rows of one cluster in one part (a group, a class), for every pair that has rows.

    Parameters
    ----------
    part : int array, shape (m,)       in order
    cluster : int array, shape (m,)    position of the cluster, from 0
    size : int array, shape (m,)       rows
    of_row : int array, shape (n,)     the piece of each row
    """

    part: IntArray
    cluster: IntArray
    size: IntArray
    of_row: IntArray

    def total(self, values: NDArray[np.generic]) -> FloatArray:
        """Sum of one value over the rows of each piece, shape (m,)."""
        weights = np.asarray(values, dtype=np.float64)
        return np.asarray(np.bincount(self.of_row, weights=weights, minlength=len(self.part)), dtype=np.float64)


def pieces(part: IntArray, cluster: IntArray | None) -> Pieces:
    """Cut the rows by part and cluster; without clusters each row is a piece of its own.

    Parameters
    ----------
    part : int array, shape (n,)
    cluster : int array, shape (n,), or None
    """
    ids = np.arange(len(part)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    base = int(ids.max(initial=0)) + 1
    keys, of_row, size = np.unique(part * base + ids, return_inverse=True, return_counts=True)
    return Pieces(keys // base, keys % base, size.astype(np.int64), of_row.astype(np.int64))


def effective_n(part: IntArray, cluster: IntArray | None, n_parts: int) -> FloatArray:
    """Independent rows that the rows of each part are worth at least, shape (n_parts,); empty: 0.

    ``(sum of sizes)^2 / sum of sizes^2``: what is left if all rows of a cluster said the same. It is the
    worst case, so an interval at this n is valid for any dependence within clusters; without repeated
    clusters it is n.

    References
    ----------
    Kish (1965), Survey Sampling, ch. 11; the variance of a cluster mean is at most that of one row.

    Examples
    --------
    >>> effective_n(np.array([0, 0, 0, 1]), np.array([7, 7, 8, 9]), 3).tolist()
    [1.8, 1.0, 0.0]
    """
    if cluster is None:
        return np.bincount(part, minlength=n_parts).astype(np.float64)
    found = pieces(part, cluster)
    rows = np.bincount(found.part, weights=found.size, minlength=n_parts)
    squares = np.bincount(found.part, weights=found.size.astype(np.float64) ** 2, minlength=n_parts)
    return np.where(rows > 0, rows**2 / np.where(squares > 0, squares, 1.0), 0.0)
