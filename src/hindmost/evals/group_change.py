"""The change of one group: counts, interval, bound and p-value, with or without clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.paired import tango, tango_bound
from hindmost.core.pvalues import mcnemar_exact, sign_flips
from hindmost.core.rows import FloatArray
from hindmost.evals._resample import profile_totals

DRAWS = 10_000
FEW_CLUSTERS = 20


@dataclass(frozen=True)
class GroupChange:
    """Head minus baseline in one group that has rows.

    ``effective_share`` is the part of the rows that count as independent in the worst case, 1 without clusters.
    """

    n: int
    fixed: int
    broken: int
    difference: float
    low: float
    high: float
    lower_bound: float
    p_value: float
    clustered: bool
    effective_share: float


def group_change(profiles: FloatArray, *, level: float, rng: np.random.Generator) -> GroupChange:
    """Measure one group.

    Parameters
    ----------
    profiles : float array, shape (m, 3)   rows, fixed rows, broken rows of each cluster (or of each row)
    level : float                          error level of the one-sided bound; the interval is at 95 %
    """
    n, fixed, broken = (int(total) for total in profiles.sum(axis=0))
    clustered = bool((profiles[:, 0] > 1).any())
    if clustered:
        low, high, lower = _clustered_interval(profiles, level=level, rng=rng)
        p_value = sign_flips((profiles[:, 1] - profiles[:, 2]).astype(np.int64))
    else:
        low, high, lower = _tango(fixed, broken, n, level=level)
        p_value = float(mcnemar_exact(fixed, broken))
    return GroupChange(
        n, fixed, broken, (fixed - broken) / n, low, high, lower, p_value, clustered, _effective_share(profiles)
    )


def _effective_share(profiles: FloatArray) -> float:
    sizes = profiles[:, 0]
    return float(sizes.sum() / (sizes**2).sum())


def _tango(fixed: float, broken: float, n: float, *, level: float) -> tuple[float, float, float]:
    """Two-sided 95 % interval for the eye and one-sided lower bound for the decision."""
    low, high = tango(fixed, broken, n)
    return float(low), float(high), float(tango_bound(fixed, broken, n, level=level))


def _clustered_interval(profiles: FloatArray, *, level: float, rng: np.random.Generator) -> tuple[float, float, float]:
    """Low, high and lower bound when rows of one cluster are not independent.

    Percentiles of a cluster bootstrap, no narrower than the Tango interval of the rows. With fewer than 20
    clusters that changed, a bootstrap has too little to draw from (none: no width at all), so the Tango
    interval at the effective number of rows stands in, which is the worst case.
    """
    n, fixed, broken = profiles.sum(axis=0)
    if int((profiles[:, 1:].sum(axis=1) > 0).sum()) < FEW_CLUSTERS:
        share = _effective_share(profiles)
        return _tango(fixed * share, broken * share, n * share, level=level)
    rows = _tango(fixed, broken, n, level=level)
    drawn = profile_totals(profiles, draws=DRAWS, rng=rng)
    low, high, lower = np.quantile((drawn[:, 1] - drawn[:, 2]) / drawn[:, 0], [0.025, 0.975, level])
    return min(float(low), rows[0]), max(float(high), rows[1]), min(float(lower), rows[2])
