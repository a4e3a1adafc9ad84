"""The worst group's accuracy after minus before, with an interval that holds where groups tie."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import effective_n
from hindmost.core.rows import BoolArray, Rows
from hindmost.core.worst import tally, worst_accuracy
from hindmost.core.worst_change import PairedCounts, worst_change_bounds
from hindmost.evals._shared_clusters import correlations

Interval = tuple[float | None, float | None, float | None]


def worst_difference(rows: Rows, before: BoolArray, after: BoolArray) -> Interval:
    """Minimum over groups after minus minimum over groups before, and its two-sided 95 % interval.

    Parameters
    ----------
    rows : Rows, n of them
    before, after : bool arrays, shape (n,)    right under the baseline, right under the head

    Returns
    -------
    difference, low, high : float, or None where no group has rows. Where clusters repeat within a group its
    effective number of rows counts (the worst case).
    """
    counted = [
        tally(right, rows.group, rows.n_groups)[0] for right in (before, after, after & ~before, before & ~after)
    ]
    n = tally(before, rows.group, rows.n_groups)[1]
    seen = n > 0
    if not seen.any():
        return None, None, None
    worth = effective_n(rows.group, rows.cluster, rows.n_groups)[seen]
    counts = PairedCounts(worth, *(each[seen] * (worth / n[seen]) for each in counted))
    shared = correlations(rows, after, before)[np.ix_(seen, seen)]
    return worst_accuracy(counted[1], n) - worst_accuracy(counted[0], n), *worst_change_bounds(
        counts, correlation=shared
    )
