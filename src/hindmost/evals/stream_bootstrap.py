"""The bootstrap stratified by group, from counts: its cost does not grow with the rows.

Drawing n rows of a group with replacement and counting patterns of outcomes gives a multinomial: n draws over
the patterns, each with the share of rows that show it. Every statistic of which heads are right (accuracies,
paired differences, worst groups, the best head) is a function of those counts, so drawing the multinomial is
the row bootstrap itself, not an approximation. For statistics of two heads the four patterns of that pair do.
"""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.evals._resample import _CELLS
from hindmost.evals.stream_outcomes import Outcomes


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


def kind_totals(
    kinds: FloatArray,
    counts: IntArray,
    *,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Column totals of n rows drawn with replacement from n rows of a few kinds, shape (draws, v).

    Parameters
    ----------
    kinds : array, shape (k, v)     what a row of each kind adds
    counts : int array, shape (k,)  rows of each kind, n in all
    """
    step = max(1, _CELLS // len(kinds))
    sizes = [min(step, draws - start) for start in range(0, draws, step)]
    n = int(counts.sum())
    return np.concatenate([rng.multinomial(n, counts / n, size=size) @ kinds for size in sizes])
