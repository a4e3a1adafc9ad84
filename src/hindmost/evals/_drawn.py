"""Accuracies of many predictions of the same rows, as observed and with the rows drawn again."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import pieces
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.evals._resample import profile_totals


def group_accuracies(rows: Rows, right: BoolArray) -> tuple[FloatArray, IntArray]:
    """Accuracy of k predictions in each group, shape (k, g), nan where a group is empty; rows of each, shape (g,)."""
    member = (rows.group[:, None] == np.arange(rows.n_groups)).astype(np.float64)
    n = member.sum(axis=0).astype(np.int64)
    counts = right.astype(np.float64) @ member
    return np.divide(counts, n, out=np.full(counts.shape, np.nan), where=n > 0), n


def drawn_accuracies(rows: Rows, right: BoolArray, *, draws: int, rng: np.random.Generator) -> FloatArray:
    """The same when rows (or clusters) are drawn again within each group with rows: shape (draws, k, groups).

    All k predictions see the same rows in a draw, so differences stay paired.
    """
    found = pieces(rows.group, rows.cluster)
    added = np.stack([found.size.astype(np.float64), *(found.total(one) for one in right)], axis=1)
    totals = [profile_totals(added[found.part == g], draws=draws, rng=rng) for g in np.unique(found.part)]
    return np.stack([total[:, 1:] / total[:, :1] for total in totals], axis=2)
