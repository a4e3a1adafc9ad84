"""How far the mean accuracies of a label-budget curve may lie from the truth, and together: their covariance.

Three sources add up: other test rows, other draws of the subsets, other validation rows to draw from. The last
cannot be seen in the draws, which share one pool of rows; it is bounded.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma

from hindmost.core.clusters import pieces
from hindmost.core.rows import BoolArray, FloatArray, IntArray

PSEUDO = 2.0  # rows that are right, and as many that are wrong, put beside those of a group
FRESH = 0.75  # share of the pool up to which draws differ enough to show their variance


def curve_noise(
    right: BoolArray, budgets: FloatArray, pool: int, cluster: IntArray | None
) -> tuple[FloatArray, FloatArray]:
    """Mean accuracy at each budget and its covariance, for the test rows of one group.

    Parameters
    ----------
    right : bool array (k, t, n)      is row n right by the fit of draw t at budget k?
    budgets : float array (k,)        images per group
    pool : int                        rows of the smallest group that subsets are drawn from
    cluster : int array (n,) or None

    Returns
    -------
    mean : float array (k,)           with ``PSEUDO`` rows right and wrong, so that 0 and 1 keep a width
    covariance : float array (k, k)

    References
    ----------
    Agresti & Coull (1998), The American Statistician 52, 119-126. The pool: Hoeffding (1948), Annals of Mathematical
    Statistics 19, 293-325: the mean over all subsets of b of N rows varies by at most b / N of what one subset does.
    """
    share = right.mean(axis=1)  # (k, n)
    mean, by_test = _of_test_rows(share, cluster)
    draws = right.mean(axis=2)  # (k, t)
    by_draw = np.cov(draws) / draws.shape[1]
    by_pool = _of_pool(_between(right), budgets, pool, draws.shape[1])
    return mean, by_test + np.atleast_2d(by_draw) + by_pool


def _of_test_rows(share: FloatArray, cluster: IntArray | None) -> tuple[FloatArray, FloatArray]:
    """Means (k,) over rows and pseudo-rows, and their covariance with rows of a cluster taken together."""
    n = share.shape[1]
    rows = np.concatenate([share, np.ones((len(share), 2)), np.zeros((len(share), 2))], axis=1)
    weight = np.concatenate([np.ones(n), np.full(4, PSEUDO / 2)])
    mean = rows @ weight / weight.sum()
    units = np.concatenate([np.arange(n) if cluster is None else cluster, cluster_ids(cluster, n)])
    found = pieces(np.zeros(len(units), dtype=np.int64), units)
    totals = np.stack([found.total(weight * (one - m)) for one, m in zip(rows, mean)])  # (k, units)
    return mean, totals @ totals.T / weight.sum() ** 2


def cluster_ids(cluster: IntArray | None, n: int) -> IntArray:
    """Four ids that no row has."""
    first = n if cluster is None else int(cluster.max()) + 1
    return np.arange(first, first + 4)


def _between(right: BoolArray) -> FloatArray:
    """Variance of one draw's true accuracy at each budget, shape (k,), without what the few test rows add to it.

    At least a quarter of the variance that is seen is kept.
    """
    seen = right.mean(axis=2).var(axis=1, ddof=1)
    by_rows = right.var(axis=1, ddof=1).mean(axis=1) / right.shape[2]
    return np.asarray(np.maximum(seen - by_rows, seen / 4))


def _of_pool(between: FloatArray, budgets: FloatArray, pool: int, draws: int) -> FloatArray:
    """Covariance (k, k) of the means over draws if other validation rows had been there to draw from.

    The variance of one subset falls as a power of the budget, fitted where draws overlap little. Budgets are tied as if
    each had rows of its own on top of the smaller ones'.
    """
    overlap = budgets / pool
    seen = overlap <= max(FRESH, overlap.min())
    spread = np.maximum(between[seen] / np.maximum(1 - overlap[seen], 1 - FRESH), 1e-8)
    spread = np.log(spread) - (digamma((draws - 1) / 2) - np.log((draws - 1) / 2))
    x = np.log(budgets[seen]) - np.log(budgets[seen]).mean()
    slope = float(np.clip(x @ spread / (x @ x), -1.5, 0)) if seen.sum() > 1 else 0.0
    single = np.exp(spread.mean() + slope * (np.log(budgets) - np.log(budgets[seen]).mean()))
    sd = np.sqrt(overlap * single)
    ties = np.sqrt(np.minimum.outer(budgets, budgets) / np.maximum.outer(budgets, budgets))
    return np.asarray(np.outer(sd, sd) * ties)
