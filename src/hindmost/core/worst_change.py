"""Bounds for the change of the worst group: the smallest accuracy after minus the smallest before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.intervals import newcombe_bounds
from hindmost.core.paired import tango_bound
from hindmost.core.rows import FloatArray


@dataclass(frozen=True)
class PairedCounts:
    """Two heads on the same rows, in groups that have rows, shape (g,) each; fractions for effective rows.

    Parameters
    ----------
    n, before, after : rows, and those that each head has right
    fixed, broken : rows that only the second, and only the first has right
    """

    n: FloatArray
    before: FloatArray
    after: FloatArray
    fixed: FloatArray
    broken: FloatArray


def worst_change_bounds(
    counts: PairedCounts, *, level: float = 0.05, correlation: ArrayLike = 0.0
) -> tuple[float, float]:
    """Two-sided interval for ``min(after) - min(before)``, valid wherever the groups lie.

    The change is the largest over groups h of the smallest over groups g of ``after[g] - before[h]``. A smallest
    of lower bounds needs no correction (it is at most the bound of the g that counts); the largest over h may be
    picked by chance, so each difference is taken at ``level / (2 g)``. The upper end mirrors it. Within one group the
    rows are paired.

    Parameters
    ----------
    counts : PairedCounts, at least one group
    level : float                     error level, two-sided
    correlation : array (g, g)        of ``after[g]`` and ``before[h]`` through clusters that two groups share

    Returns
    -------
    low, high : float in [-1, 1]

    References
    ----------
    Berger (1982), Technometrics 24, 295-300 (intersection-union); a bootstrap of a minimum fails where groups tie:
    Andrews (2000), Econometrica 68, 399-405.
    """
    each = level / (2 * len(counts.n))
    lower, upper = newcombe_bounds(
        (counts.after[:, None], counts.n[:, None]),
        (counts.before[None], counts.n[None]),
        level=each,
        correlation=correlation,
    )  # (g after, h before)
    np.fill_diagonal(lower, tango_bound(counts.fixed, counts.broken, counts.n, level=each))
    np.fill_diagonal(upper, -tango_bound(counts.broken, counts.fixed, counts.n, level=each))
    return float(lower.min(axis=0).max()), float(upper.max(axis=1).min())
