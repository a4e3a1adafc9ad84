"""How a label-budget curve goes on with more labels: interval of the worst group at any budget, and without end.

Each group's curve is taken further on its own; the minimum is taken of the bounds. The minimum over groups of noisy
accuracies lies under the true one and by less where rows are many, so a curve of minima would rise by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from hindmost.core.ceilings import CurveValue, Extrapolation, GroupCurve
from hindmost.core.errors import InputError
from hindmost.core.intervals import clopper_pearson_upper
from hindmost.core.rows import BoolArray, FloatArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals._curve_noise import curve_noise
from hindmost.evals._saturating import NO_FIT, Curve
from hindmost.evals.budget_fits import BudgetFits

DRAWS = 10  # below this the spread of draws is hardly known: with 5, upper bounds missed twice as often as they say
SPREADS = 2  # how many independent budgets tell the spread as well: subsets are nested, and share one pool
BUDGETS = 4  # a curve of three numbers needs one more
SPAN = 3.0  # least ratio of the largest budget to the smallest
LAST = 4.0  # the rise is taken over the last part of the curve, from the largest budget divided by this
BEYOND = (2, 4, 10)  # multiples of the largest budget
SEARCH = 100  # the target is looked for up to this multiple

FEW_BUDGETS = "every draw could be fitted at {fitted} of {budgets} budgets, and an extrapolation needs {least}"
NARROW = "the budgets reach from {low} to {high} images per group, and an extrapolation needs a factor of {least}"
NO_SHAPE = "its accuracy follows no curve that rises and levels off"
NO_ROWS = "no test rows of: {names}"
NO_CURVE = "no curve could be taken further of: {names}"


@dataclass(frozen=True)
class _Taken:
    """One group's curve as it was fitted."""

    curve: Curve
    mean: FloatArray
    covariance: FloatArray
    right: float  # at the largest budget, before pseudo-rows
    n: int
    draws: int

    def quantile(self, level: float) -> float:
        """Of Student's t, since the spread of draws is estimated from few."""
        return float(stdtrit(SPREADS * (self.draws - 1), 1 - level))


def extrapolate(
    fits: BudgetFits,
    test_rows: Rows,
    *,
    budget: int,
    target: float | None = None,
    level: float = 0.05,
) -> Extrapolation | str:
    """Bounds and estimates of every group and of the worst one beyond the largest budget.

    Parameters
    ----------
    fits : BudgetFits          what each fit says of the test rows
    test_rows : Rows, n of them
    budget : int >= 1          images per group that could be had: a value is given there too
    target : float or None     worst-group accuracy whose budget is looked for
    level : float              one-sided error level

    Returns
    -------
    Extrapolation, or a sentence that says why no curve can be taken further.

    Raises
    ------
    InputError
        Fewer than ``DRAWS`` draws, or lengths that do not fit.
    """
    check_length("the predictions of the fits", fits.said[0, 0], len(test_rows))
    if fits.said.shape[1] < DRAWS:
        raise InputError(f"Expected at least {DRAWS} draws a budget, but {fits.said.shape[1]} came. Draw more.")
    whole = np.flatnonzero(fits.fitted.all(axis=1))
    budgets = np.asarray(fits.budgets, dtype=np.float64)[whole]
    if len(whole) < BUDGETS:
        return FEW_BUDGETS.format(fitted=len(whole), budgets=len(fits.budgets), least=BUDGETS)
    if budgets[-1] < SPAN * budgets[0]:
        return NARROW.format(low=int(budgets[0]), high=int(budgets[-1]), least=SPAN)
    right = fits.said[whole] == test_rows.y
    taken = [_take(right, budgets, test_rows, g, int(fits.rows.min())) for g in range(test_rows.n_groups)]
    last = int(budgets[-1])
    at = [last, *sorted({*(last * m for m in BEYOND), max(budget, last)} - {last}), None]
    first = int(np.flatnonzero(budgets >= budgets[-1] / LAST)[0])
    groups = tuple(_group(one, test_rows, g, fits, at, first, level) for g, one in enumerate(taken))
    return _worst(groups, taken, at, int(budgets[first]), target, level)


def _take(right: BoolArray, budgets: FloatArray, rows: Rows, g: int, pool: int) -> _Taken | str:
    """The curve of group g, or why there is none."""
    member = rows.group == g
    n = int(member.sum())
    if not n:
        return NO_ROWS.format(names=rows.naming.groups[g])
    own = right[:, :, member]
    mean, covariance = curve_noise(own, budgets, pool, None if rows.cluster is None else rows.cluster[member])
    curve = Curve(budgets, mean, covariance)
    if curve.lack_of_fit() < NO_FIT:
        return NO_SHAPE
    return _Taken(curve, mean, covariance, float(own[-1].mean()), n, own.shape[1])


def _group(
    one: _Taken | str, rows: Rows, g: int, fits: BudgetFits, at: Sequence[int | None], first: int, level: float
) -> GroupCurve:
    name, n = rows.naming.groups[g], int((rows.group == g).sum())
    if isinstance(one, str):
        nothing = tuple(CurveValue(budget, None, None, None) for budget in at)
        return GroupCurve(name, n, int(fits.rows[g]), None, None, nothing, one)
    rise = float(one.mean[-1] - one.mean[first])
    error = math.sqrt(one.covariance[-1, -1] + one.covariance[first, first] - 2 * one.covariance[-1, first])
    values = tuple(_value(one, budget, rows.n_groups, level) for budget in at)
    return GroupCurve(name, n, int(fits.rows[g]), rise, rise - one.quantile(level) * error, values, None)


def _value(one: _Taken, budget: int | None, groups: int, level: float) -> CurveValue:
    """The profile at one budget; an upper bound never below that of the rows alone, which stays exact for few rows.

    The level is shared for the lower bound too: beside a flat curve two numbers of a family are free, not one.
    """
    profile = one.curve.at(math.inf if budget is None else budget)
    exact = float(clopper_pearson_upper(one.right * one.n, one.n, level=level / groups))
    cut = one.quantile(level / groups) ** 2
    return CurveValue(budget, profile.middle, profile.lower(cut), max(profile.upper(cut), exact))


def _worst(
    groups: tuple[GroupCurve, ...],
    taken: list[_Taken | str],
    at: Sequence[int | None],
    rise_from: int,
    target: float | None,
    level: float,
) -> Extrapolation:
    missing = [group.name for group in groups if group.reason is not None]
    values = tuple(_lowest([group.values[i] for group in groups], bool(missing)) for i in range(len(at)))
    last = at[0] or 1
    search = np.unique(np.geomspace(last, SEARCH * last, 25).round().astype(int)).tolist()
    needed = earliest = latest = None
    if target is not None:
        known = [one for one in taken if isinstance(one, _Taken)]
        line = [_lowest([_value(one, n, len(groups), level) for one in known], bool(missing)) for n in search]
        needed, latest, earliest = (
            _first(search, [getattr(value, end) for value in line], target) for end in ("estimate", "lower", "upper")
        )
    reason = NO_CURVE.format(names="; ".join(missing)) if missing else None
    horizon = max(budget for budget in at if budget is not None)
    return Extrapolation(rise_from, horizon, groups, values, target, needed, earliest, latest, search[-1], reason)


def _lowest(values: Sequence[CurveValue], incomplete: bool) -> CurveValue:
    """The lowest of each column: a group without a curve may be lower than any estimate, not lift an upper bound."""
    upper = min((v.upper for v in values if v.upper is not None), default=None)
    estimates = [v.estimate for v in values if v.estimate is not None]
    lowers = [v.lower for v in values if v.lower is not None]
    budget = values[0].budget if values else None
    if incomplete or not estimates or not lowers:
        return CurveValue(budget, None, None, upper)
    return CurveValue(budget, min(estimates), min(lowers), upper)


def _first(search: Sequence[int], line: Sequence[float | None], target: float) -> int | None:
    """The smallest budget from which the line stays at the target or above."""
    under = [i for i, value in enumerate(line) if value is None or value < target]
    start = under[-1] + 1 if under else 0
    return search[start] if start < len(search) else None
