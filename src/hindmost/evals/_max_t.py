"""Paired changes of many measures at once, tested together by sign flips."""

from __future__ import annotations

import numpy as np

from hindmost.core.intervals import clopper_pearson_upper
from hindmost.core.rows import FloatArray, IntArray

FLIPS = 4_999
AGAIN = 0.01  # chance that more draws would give a larger p than is said
_SAME = 1e-9  # of a statistic: the same signs summed in another order


def step_down(change: FloatArray, cluster: IntArray, *, seed: int, flips: int = FLIPS) -> FloatArray:
    """Adjusted two-sided p-values that every mean change is 0, shape (k,): the chance of any false one is the level.

    If before and after could be exchanged in each cluster, all of its changes may turn their sign together.
    The statistic ``|sum| / root of the sum of squares`` has a denominator that no flip changes and never
    exceeds the root of the number of clusters, so a group of few images cannot lead by chance. For changes that are
    skewed with mean 0 the level holds as the number of clusters grows.

    Each p is the upper 99 % Clopper-Pearson bound of the share of all flips that reach the statistic, given those
    drawn: what is called beyond chance would be called so by other draws too, and the level is kept with room.

    Parameters
    ----------
    change : float array, shape (n, k)    head minus baseline; nan where a row has no pair
    cluster : int array, shape (n,)       rows of one cluster flip together
    seed, flips : int                     drive the draws; 4,999 of them give no p-value under 0.0009

    Returns
    -------
    float array (k,) in (0, 1]; nan where a column has no pair

    References
    ----------
    Westfall & Young (1993), Resampling-based multiple testing, algorithm 2.8 (step-down max T);
    Winkler et al. (2014), NeuroImage 92, 381-397 (sign flips by cluster); Gandy (2009), JASA 104, 1504-1511 (a decision
    by simulated p-values that more draws would rarely reverse).
    """
    found = np.unique(cluster, return_inverse=True)[1]
    sums = np.zeros((int(found.max(initial=-1)) + 1, change.shape[1]))
    np.add.at(sums, found, np.nan_to_num(change))
    size = np.sqrt((sums**2).sum(axis=0))
    scaled = sums / np.where(size > 0, size, 1.0)  # columns that never change stay 0
    signs = np.random.default_rng(seed).integers(2, size=(flips, len(sums)), dtype=np.int8) * 2.0 - 1.0
    order = np.argsort(-np.abs(scaled.sum(axis=0)), kind="stable")
    seen = np.abs(scaled.sum(axis=0))[order]
    drawn = np.abs(signs @ scaled[:, order])  # (flips, k)
    rivals = np.maximum.accumulate(drawn[:, ::-1], axis=1)[:, ::-1]  # largest of this and the weaker ones
    p = clopper_pearson_upper((rivals >= seen - _SAME).sum(axis=0), flips, level=AGAIN)
    adjusted = np.empty(change.shape[1])
    adjusted[order] = np.maximum.accumulate(p)
    return np.where(np.isnan(change).all(axis=0), np.nan, adjusted)
