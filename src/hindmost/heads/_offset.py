"""The exact best offset of one class: every cut between sorted scores is tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import BoolArray, FloatArray, IntArray

WIDEST_ROUNDING = 1e-9  # scores closer than this, relative to the largest, are one score: no cut parts them


@dataclass(frozen=True)
class Move:
    """An offset for one class, and the worst-stratum accuracy that it reaches."""

    offset: float
    worst: float


def best_offset(need: FloatArray, right_if_moved: BoolArray, right_if_not: BoolArray, strata: IntArray) -> Move:
    """The offset that maximises the worst-stratum accuracy; among the best, the smallest in size.

    Row i goes over to the class when the offset exceeds ``need[i]``. Offsets are 0 (stay) and the midpoints
    between neighbouring needs; two best ones of equal size: the negative one. O(n log n) time, O(n k) memory.

    Parameters
    ----------
    need : float array, shape (n,)
    right_if_moved, right_if_not : bool arrays, shape (n,)    is the row right with, without the class?
    strata : int array, shape (n,)                            0..k-1, each with rows
    """
    order = np.argsort(need, kind="stable")
    offsets, moved = _cuts(need[order])
    sizes = np.bincount(strata)
    one_hot = strata[order, None] == np.arange(len(sizes))  # (n, k)
    gain = right_if_moved[order].astype(np.int64) - right_if_not[order]
    start = np.bincount(strata, weights=right_if_not, minlength=len(sizes)).astype(np.int64)
    steps = np.concatenate([np.zeros((1, len(sizes)), dtype=np.int64), np.cumsum(one_hot * gain[:, None], axis=0)])
    worst = ((start + steps[moved]) / sizes).min(axis=1)  # (cuts,)
    best = np.flatnonzero(worst == worst.max())
    chosen = best[np.argmin(np.abs(offsets[best]))]
    return Move(float(offsets[chosen]), float(worst[chosen]))


def _cuts(need: FloatArray) -> tuple[FloatArray, IntArray]:
    """Offsets that can be told apart, ascending, and how many of the sorted needs each exceeds."""
    gaps, largest = np.diff(need), np.abs(need).max()
    wide = np.flatnonzero(gaps > WIDEST_ROUNDING * largest)
    beyond = 2 * largest + 1.0
    offsets = np.concatenate([[-beyond], need[wide] + gaps[wide] / 2, [beyond]])
    moved = np.concatenate([[0], wide + 1, [len(need)]])
    stay = int((need < 0).sum())
    offsets, moved = np.append(offsets[moved != stay], 0.0), np.append(moved[moved != stay], stay)
    order = np.argsort(offsets, kind="stable")
    return offsets[order], moved[order]
