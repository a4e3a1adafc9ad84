"""How two samples lie to each other in many features at once: AUC by ranks, and what each row adds to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from hindmost.core.clusters import pieces
from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Placements:
    """``auc (d,)``: P(second > first) + P(tie) / 2; ``first (d, m)`` and ``second (d, n)``: what each row adds to it.

    What the rows of a sample add sums to 0.
    """

    auc: FloatArray
    first: FloatArray
    second: FloatArray


def placements(first: FloatArray, second: FloatArray) -> Placements:
    """Compare two samples, one feature a line, shapes (d, m) and (d, n); ties count half.

    References
    ----------
    DeLong et al. (1988), Biometrics 44, 837-845; placements from ranks: Sun & Xu (2014), IEEE Signal Processing
    Letters 21, 1389-1393.
    """
    m, n = first.shape[1], second.shape[1]
    ranks = rankdata(np.concatenate([first, second], axis=1), axis=1)
    beaten = (ranks[:, m:] - rankdata(second, axis=1)) / m
    beating = 1 - (ranks[:, :m] - rankdata(first, axis=1)) / n
    auc = beaten.mean(axis=1)
    return Placements(auc, (beating - auc[:, None]) / m, (beaten - auc[:, None]) / n)


def by_unit(added: FloatArray, units: IntArray) -> FloatArray:
    """Sums over the rows of each unit of one sample, shape (d, units), scaled so that squares add up to the variance.

    ``sqrt(u / (u - 1))`` for u units makes it DeLong's where each row is a unit of its own.
    """
    if len(np.unique(units)) == len(units):
        total = added
    else:
        found = pieces(np.zeros(len(units), dtype=np.int64), units)
        total = np.add.reduceat(added[:, np.argsort(found.of_row, kind="stable")], _starts(found.size), axis=1)
    u = total.shape[1]
    return np.asarray(total * np.sqrt(u / max(u - 1, 1)))


def _starts(sizes: IntArray) -> IntArray:
    return np.asarray(np.concatenate([[0], np.cumsum(sizes)[:-1]]), dtype=np.int64)
