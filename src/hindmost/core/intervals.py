"""Intervals for proportions of independent rows, and for the difference of two of them.

``level`` is the error level everywhere, as in the policy: 0.05 two-sided is a 95 % interval. The
formulas are closed, so they stand here in a few lines; statsmodels is their oracle in the tests.
Counts may be fractions: an effective number of rows stands for rows that are not independent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from hindmost.core.rows import FloatArray

_EDGE = 1e-9  # a count this close to 0 or n is at the edge: fractions of rows carry rounding


def wilson(successes: ArrayLike, n: ArrayLike, *, level: float = 0.05) -> tuple[FloatArray, FloatArray]:
    """Two-sided interval for a proportion that stays honest for small n and near 0 or 1.

    Parameters
    ----------
    successes, n : arrays, shape (g,)   counts in each group; n = 0 gives (nan, nan)
    level : float                       error level, two-sided

    Returns
    -------
    low, high : float arrays, shape (g,), in [0, 1]

    References
    ----------
    Wilson (1927), JASA 22, 209-212.

    Examples
    --------
    >>> [round(float(end), 3) for end in wilson(93, 100)]
    [0.863, 0.966]
    """
    k, n = _counts(successes, n)
    z2 = float(ndtri(1 - level / 2)) ** 2
    p = _share(k, n)
    centre = (p + z2 / (2 * _safe(n))) / (1 + z2 / _safe(n))
    half = np.sqrt(z2 * (p * (1 - p) + z2 / (4 * _safe(n))) / _safe(n)) / (1 + z2 / _safe(n))
    low = np.where(k <= _EDGE, 0.0, centre - half)
    high = np.where(n - k <= _EDGE, 1.0, centre + half)
    return _where_rows(n, np.clip(low, 0, 1)), _where_rows(n, np.clip(high, 0, 1))


def clopper_pearson_lower(successes: ArrayLike, n: ArrayLike, *, level: float) -> FloatArray:
    """One-sided lower bound of a proportion; never below its nominal coverage. Shape (g,), n = 0 gives nan.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26, 404-413. With an effective n: Korn & Graubard (1998),
    Survey Methodology 24, 193-201.

    Examples
    --------
    >>> round(float(clopper_pearson_lower(20, 20, level=0.05)), 3)
    0.861
    """
    k, n = _counts(successes, n)
    inside = k > _EDGE
    bound = betaincinv(np.where(inside, k, 1.0), np.maximum(n - k, 0.0) + 1, level)
    return _where_rows(n, np.where(inside, bound, 0.0))


def clopper_pearson_upper(successes: ArrayLike, n: ArrayLike, *, level: float) -> FloatArray:
    """One-sided upper bound of a proportion, the mirror image of the lower one. Shape (g,)."""
    k, n = _counts(successes, n)
    return 1 - clopper_pearson_lower(n - k, n, level=level)


def newcombe(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    level: float = 0.05,
    correlation: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """Two-sided interval for the difference of two proportions, from their Wilson intervals.

    Parameters
    ----------
    first, second : (successes, n), arrays of shape (g,)    n = 0 in either gives (nan, nan)
    level : float               error level, two-sided
    correlation : array (g,)    correlation of the two estimates; 0 for independent rows

    Returns
    -------
    low, high : float arrays, shape (g,), in [-1, 1]    of first minus second

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890 (method 10); with a correlation: 2635-2650
    (method 10 there) and Zou & Donner (2008), Statistics in Medicine 27, 1693-1702.
    """
    (k1, n1), (k2, n2) = _counts(*first), _counts(*second)
    (low1, high1), (low2, high2) = wilson(k1, n1, level=level), wilson(k2, n2, level=level)
    p1, p2, rho = _share(k1, n1), _share(k2, n2), np.asarray(correlation, dtype=np.float64)
    difference = np.where((n1 > 0) & (n2 > 0), p1 - p2, np.nan)
    low = difference - _hypotenuse(p1 - low1, high2 - p2, rho)
    high = difference + _hypotenuse(high1 - p1, p2 - low2, rho)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def newcombe_bounds(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    level: float,
    correlation: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """One-sided bounds of first minus second for decisions: Newcombe's square-and-add of Clopper-Pearson bounds.

    Wilson's ends, which ``newcombe`` adds, lean to one side where rates are near 0 or 1 and sizes differ: with 600
    and 15 rows at 99 % and 94 % the bound errs in 9.3 % of data sets at level 0.05. These err in at most 5.1 %.

    Parameters
    ----------
    first, second, correlation    as for ``newcombe``
    level : float                 error level of each bound by itself

    Returns
    -------
    lower, upper : float arrays, shape (g,), in [-1, 1]

    References
    ----------
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702: the limits of each rate may be any good ones.
    """
    p1, low1, high1 = _with_bounds(*_counts(*first), level)
    p2, low2, high2 = _with_bounds(*_counts(*second), level)
    rho = np.asarray(correlation, dtype=np.float64)
    lower = p1 - p2 - _hypotenuse(p1 - low1, high2 - p2, rho)
    upper = p1 - p2 + _hypotenuse(high1 - p1, p2 - low2, rho)
    return np.maximum(lower, -1.0), np.minimum(upper, 1.0)


def _with_bounds(k: FloatArray, n: FloatArray, level: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The share, and its one-sided bounds."""
    return _share(k, n), clopper_pearson_lower(k, n, level=level), clopper_pearson_upper(k, n, level=level)


def _hypotenuse(a: FloatArray, b: FloatArray, rho: FloatArray) -> FloatArray:
    """Length of the third side of a triangle, shape (g,)."""
    return np.asarray(np.sqrt(np.maximum(a**2 - 2 * rho * a * b + b**2, 0.0)))


def _counts(successes: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    return np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)


def _safe(n: FloatArray) -> FloatArray:
    return np.where(n > 0, n, 1.0)


def _share(successes: FloatArray, n: FloatArray) -> FloatArray:
    return np.where(n > 0, successes / _safe(n), np.nan)


def _where_rows(n: FloatArray, values: FloatArray) -> FloatArray:
    return np.where(n > 0, values, np.nan)
