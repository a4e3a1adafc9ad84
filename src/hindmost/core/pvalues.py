"""Exact p-values for changes in both directions, and their correction for many groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr
from scipy.stats import binom

from hindmost.core.rows import FloatArray, IntArray


def mcnemar_exact(fixed: ArrayLike, broken: ArrayLike) -> FloatArray:
    """Two-sided p-value of "a change goes either way with equal chance", shape (g,); no change gives 1.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153-157; the exact form is the sign test on discordant rows.

    Examples
    --------
    >>> float(mcnemar_exact(6, 0))
    0.03125
    """
    b, c = np.asarray(fixed), np.asarray(broken)
    return np.asarray(np.minimum(2 * bdtr(np.minimum(b, c).astype(np.float64), b + c, 0.5), 1.0))


def sign_flips(net: IntArray) -> float:
    """Two-sided p-value when each cluster's net change may go either way with equal chance.

    Parameters
    ----------
    net : int array, shape (m,)    fixed minus broken rows of each cluster

    Returns
    -------
    float in (0, 1]. Exact at every m: clusters of one size move the sum by a scaled binomial, and the
    sizes convolve, so no draws are needed. With clusters of one row it is the exact McNemar test.

    References
    ----------
    Fisher's randomisation test on clusters; e.g. Winkler et al. (2014), NeuroImage 92, 381-397.
    """
    sizes, counts = np.unique(np.abs(net[net != 0]), return_counts=True)
    chances = np.ones(1)
    for size, count in zip(sizes.tolist(), counts.tolist()):
        steps = np.zeros(2 * size * count + 1)
        steps[:: 2 * size] = binom.pmf(np.arange(count + 1), count, 0.5)
        chances = np.convolve(chances, steps)
    reach = len(chances) // 2
    sums = np.arange(-reach, reach + 1)
    return float(min(chances[np.abs(sums) >= abs(int(net.sum()))].sum(), 1.0))


def holm(p_values: FloatArray) -> FloatArray:
    """Step-down adjusted p-values, shape (g,): one family, any dependence. nan keeps its place uncounted.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    adjusted = np.full(len(p_values), np.nan)
    where = np.flatnonzero(~np.isnan(p_values))
    order = where[np.argsort(p_values[where], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
