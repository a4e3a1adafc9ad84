"""The bootstrap stratified by group, from counts: its cost does not grow with the rows.

Drawing n rows of a group with replacement and counting patterns of outcomes gives a multinomial: n draws over
the patterns, each with the share of rows that show it. Every statistic of which heads are right (accuracies,
paired differences, worst groups, the best head) is a function of those counts, so drawing the multinomial is
the row bootstrap itself, not an approximation. For statistics of two heads the four patterns of that pair do.
"""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.core.worst import worst_accuracy
from hindmost.evals._resample import _CELLS, percentile_interval
from hindmost.evals.stream_outcomes import Outcomes
from hindmost.evals.worst_difference import _CELLS as PSEUDO_PAIRS
from hindmost.evals.worst_difference import DRAWS

Interval = tuple[float | None, float | None, float | None]


def drawn_right(outcomes: Outcomes, *, draws: int, rng: np.random.Generator) -> IntArray:
    """Rows that each head has right in each draw, all heads on the same rows. Shape (draws, n_groups, heads).

    Time grows with draws x distinct patterns; see ``Outcomes.of`` for fewer.

    References
    ----------
    Efron & Tibshirani (1993), ch. 6 (the bootstrap of counts) and 8 (strata).
    """
    out = np.zeros((draws, outcomes.n_groups, outcomes.pattern.shape[1]), dtype=np.int64)
    for g in np.flatnonzero(outcomes.n):
        own = outcomes.group == g
        totals = kind_totals(outcomes.pattern[own].astype(np.float64), outcomes.count[own], draws=draws, rng=rng)
        out[:, g] = np.rint(totals).astype(np.int64)
    return out


def worst_differences(outcomes: Outcomes, *, baseline: int, seed: int, draws: int = DRAWS) -> tuple[Interval, ...]:
    """Worst group of each head minus that of the baseline, with its two-sided 95 % interval.

    The numbers of ``worst_difference`` for independent rows, to the last bit: same draws, same pseudo-pairs.

    Returns
    -------
    tuple over heads of (difference, low, high), None where no group has rows
    """
    heads = range(outcomes.pattern.shape[1])
    return tuple(_worst_difference(outcomes.of([baseline, head]), seed, draws) for head in heads)


def kind_totals(
    kinds: FloatArray,
    counts: IntArray,
    *,
    draws: int,
    rng: np.random.Generator,
    pseudo: FloatArray | None = None,
) -> FloatArray:
    """Column totals of n rows drawn with replacement from n rows of a few kinds, shape (draws, v).

    Parameters
    ----------
    kinds : array, shape (k, v)     what a row of each kind adds
    counts : int array, shape (k,)  rows of each kind, n in all
    pseudo : array (s, v) or None   kinds that are mixed in, each with half a row's weight
    """
    weights = counts.astype(np.float64)
    if pseudo is not None:
        kinds, weights = np.concatenate([kinds, pseudo]), np.concatenate([weights, np.full(len(pseudo), 0.5)])
    step = max(1, _CELLS // len(kinds))
    sizes = [min(step, draws - start) for start in range(0, draws, step)]
    n = int(counts.sum())
    return np.concatenate([rng.multinomial(n, weights / weights.sum(), size=size) @ kinds for size in sizes])


def _worst_difference(pair: Outcomes, seed: int, draws: int) -> Interval:
    """Of two heads: the second minus the first."""
    n, right = pair.n, pair.right
    if not n.any():
        return None, None, None
    rng = np.random.default_rng([seed, pair.n_groups])
    worst = np.full((draws, 2), np.inf)
    for g in np.flatnonzero(n):
        own = pair.group == g
        kinds = np.column_stack([np.ones(int(own.sum())), pair.pattern[own]])
        totals = kind_totals(kinds, pair.count[own], draws=draws, rng=rng, pseudo=PSEUDO_PAIRS)
        worst = np.minimum(worst, totals[:, 1:] / totals[:, :1])
    low, high = percentile_interval(worst[:, 1] - worst[:, 0])
    return worst_accuracy(right[:, 1], n) - worst_accuracy(right[:, 0], n), low, high
