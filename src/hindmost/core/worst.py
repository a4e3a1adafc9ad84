"""Accuracy of the worst group, and bounds for the true one."""

from __future__ import annotations

import numpy as np

from hindmost.core.intervals import clopper_pearson_lower, clopper_pearson_upper
from hindmost.core.rows import BoolArray, FloatArray, IntArray


def tally(correct: BoolArray, group: IntArray, n_groups: int) -> tuple[IntArray, IntArray]:
    """Rows that are right and rows in all, each of shape (n_groups,); an absent group keeps its place with 0."""
    right = np.bincount(group[correct], minlength=n_groups)
    return right.astype(np.int64), np.bincount(group, minlength=n_groups).astype(np.int64)


def worst_accuracy(right: IntArray, n: IntArray) -> float:
    """Smallest accuracy over the groups that have rows; nan where none has.

    Examples
    --------
    >>> worst_accuracy(np.array([9, 0, 3]), np.array([10, 0, 4]))
    0.75
    """
    seen = n > 0
    return float((right[seen] / n[seen]).min()) if seen.any() else float("nan")


def worst_bounds(right: FloatArray, n: FloatArray, *, level: float) -> tuple[float, float]:
    """One-sided bounds for the smallest true accuracy over the groups that have rows.

    The lower bound is the minimum of the groups' lower bounds, uncorrected: it is at most the bound of
    the group that is truly worst. The upper bound is a minimum over groups that chance may pick, so each
    is taken at ``level / groups``.

    Parameters
    ----------
    right, n : arrays, shape (g,)    may be fractions, for an effective number of rows

    Returns
    -------
    lower, upper : float, nan where no group has rows

    References
    ----------
    Berger (1982), Technometrics 24, 295-300: intersection-union tests need no correction.
    """
    seen = n > 0
    if not seen.any():
        return float("nan"), float("nan")
    lower = clopper_pearson_lower(right[seen], n[seen], level=level)
    upper = clopper_pearson_upper(right[seen], n[seen], level=level / int(seen.sum()))
    return float(lower.min()), float(upper.min())
