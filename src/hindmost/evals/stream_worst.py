"""The change of the worst group from counts of outcome patterns: its cost does not grow with the rows."""

from __future__ import annotations

import numpy as np

from hindmost.core.worst import worst_accuracy
from hindmost.core.worst_change import PairedCounts, worst_change_bounds
from hindmost.evals.stream_outcomes import Outcomes
from hindmost.evals.worst_difference import Interval


def worst_differences(outcomes: Outcomes, *, baseline: int) -> tuple[Interval, ...]:
    """Worst group of each head minus that of the baseline, with its two-sided 95 % interval.

    The numbers of ``worst_difference`` for independent rows, to the last bit.

    Returns
    -------
    tuple over heads of (difference, low, high), None where no group has rows
    """
    heads = range(outcomes.pattern.shape[1])
    return tuple(_worst_difference(outcomes.of([baseline, head])) for head in heads)


def _worst_difference(pair: Outcomes) -> Interval:
    """Of two heads: the second minus the first."""
    n, right = pair.n, pair.right
    seen = n > 0
    if not seen.any():
        return None, None, None
    fixed, broken = (_only(pair, head) for head in (1, 0))
    counts = PairedCounts(*(each[seen].astype(np.float64) for each in (n, right[:, 0], right[:, 1], fixed, broken)))
    return worst_accuracy(right[:, 1], n) - worst_accuracy(right[:, 0], n), *worst_change_bounds(counts)


def _only(pair: Outcomes, head: int) -> np.ndarray:
    """Rows that this head alone has right, shape (n_groups,)."""
    alone = pair.pattern[:, head] & ~pair.pattern[:, 1 - head]
    return np.bincount(pair.group[alone], weights=pair.count[alone], minlength=pair.n_groups)
