"""The shortcut gap: how much accuracy within one class depends on the cue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.intervals import newcombe_bounds
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Naming, Rows
from hindmost.core.tables import ShortcutGap
from hindmost.core.worst import tally
from hindmost.evals._check import check_length
from hindmost.evals._shared_clusters import correlations
from hindmost.evals.group_accuracy import effective_counts


@dataclass(frozen=True)
class _Pairs:
    """Group ids of every cue pair within every class, shape (p,) each: ``first`` has the smaller cue."""

    first: IntArray
    second: IntArray

    def where(self, chosen: BoolArray) -> _Pairs:
        return _Pairs(self.first[chosen], self.second[chosen])


def shortcut_gap(rows: Rows, predicted: IntArray, *, level: float) -> ShortcutGap:
    """The largest difference in accuracy between two cues of one class, with simultaneous one-sided bounds.

    The gap is a maximum. Its upper bound is the largest of the pairs' upper bounds, each at ``level``:
    it is at least the bound of the pair that truly has the largest difference, so it holds for all pairs
    at once without correction (an intersection-union test, as for the worst group's lower bound). Its
    lower bound is a maximum that chance may pick, so each pair and side is taken at
    ``level / (2 pairs)`` (Bonferroni).

    Parameters
    ----------
    rows : Rows, n of them
    predicted : int array, shape (n,)
    level : float    error level of each bound

    Returns
    -------
    ShortcutGap. Bounds are Newcombe's, from Clopper-Pearson. Where clusters repeat within a group its effective
    number of rows counts (the worst case); where a cluster has rows under both cues (twins), the correlation of the
    two accuracies enters as in Newcombe's paired method, so twins of opposite outcome widen the interval.
    """
    check_length("predicted", predicted, len(rows))
    right, n = tally(predicted == rows.y, rows.group, rows.n_groups)
    every = _pairs(rows.naming)
    known = (n[every.first] > 0) & (n[every.second] > 0)
    pairs, reason = every.where(known), _missing(rows.naming, n, known)
    if not known.any():
        return ShortcutGap(None, None, None, None, None, None, False, reason)
    accuracy = right / np.maximum(n, 1)
    difference = accuracy[pairs.first] - accuracy[pairs.second]
    top = int(np.abs(difference).argmax())
    ends = (int(pairs.first[top]), int(pairs.second[top]))
    better, worse = ends if difference[top] >= 0 else ends[::-1]
    low_each, high_each = _bounds(rows, predicted, pairs, level / (2 * len(difference)))
    low_all, high_all = _bounds(rows, predicted, pairs, level)
    k = len(rows.naming.cues)
    return ShortcutGap(
        gap=float(np.abs(difference[top])),
        class_name=rows.naming.classes[better // k],
        better_cue=rows.naming.cues[better % k],
        worse_cue=rows.naming.cues[worse % k],
        lower_bound=max(float(low_each.max()), float(-high_each.min()), 0.0),
        upper_bound=max(float(high_all.max()), float(-low_all.min())),
        complete=bool(known.all()),
        reason=reason,
    )


def _pairs(naming: Naming) -> _Pairs:
    k = len(naming.cues)
    first, second = np.triu_indices(k, 1)
    start = np.arange(len(naming.classes))[:, None] * k
    return _Pairs((start + first).ravel(), (start + second).ravel())


def _missing(naming: Naming, n: IntArray, known: BoolArray) -> str | None:
    """Why some pair is not compared, or None."""
    if len(naming.cues) < 2:
        return "the cue has one value only, so there is nothing to compare"
    if known.all():
        return None
    absent = [name for name, size in zip(naming.groups, n.tolist()) if not size]
    return f"no test rows of: {'; '.join(absent)}"


def _bounds(rows: Rows, predicted: IntArray, pairs: _Pairs, level: float) -> tuple[FloatArray, FloatArray]:
    """One-sided bounds of first minus second at ``level``, shape (p,) each."""
    right, n = tally(predicted == rows.y, rows.group, rows.n_groups)
    share, counted = effective_counts(rows, right, n)
    shared = correlations(rows, predicted == rows.y, predicted == rows.y)
    return newcombe_bounds(
        (share[pairs.first], counted[pairs.first]),
        (share[pairs.second], counted[pairs.second]),
        level=level,
        correlation=shared[pairs.first, pairs.second],
    )
