"""Where a curve over budgets passes a level for good, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hindmost.core.retrains import Crossing, CrossingOutcome
from hindmost.core.rows import FloatArray

_ROUNDING = 1e-12  # of means of fractions: a difference below it is a tie

OUTCOMES: tuple[CrossingOutcome, ...] = ("crosses", "never_crosses", "always_above")


def crossing_of(
    budgets: Sequence[int],
    curve: FloatArray,
    floor: float,
    drawn_curves: FloatArray,
    drawn_floors: FloatArray,
    *,
    level: float,
) -> Crossing:
    """The budget from which the curve stays above the floor, interpolated on the log of the budget.

    Parameters
    ----------
    budgets : k ints, ascending, k >= 2
    curve : float array (k,)            observed
    floor : float
    drawn_curves : float array (b, k)   of a bootstrap
    drawn_floors : float array (b,)
    level : float                       an outcome is claimed where it is observed and holds in 1 - level of the draws
    """
    seen, at = _classify(np.log(budgets), curve[None], np.array([floor]))
    kinds, places = _classify(np.log(budgets), drawn_curves, drawn_floors)
    shares = [float((kinds == k).mean()) for k in range(3)]
    sure = seen[0] >= 0 and shares[seen[0]] >= 1 - level
    outcome: CrossingOutcome = OUTCOMES[seen[0]] if sure else "open"
    low = float(np.quantile(places, level / 2, method="lower"))
    high = float(np.quantile(places, 1 - level / 2, method="higher"))
    inside = outcome in ("crosses", "open")
    return Crossing(
        outcome,
        budget=float(np.exp(at[0])) if seen[0] == 0 else None,
        low=float(np.exp(low)) if inside and np.isfinite(low) else None,
        high=float(np.exp(high)) if inside and np.isfinite(high) else None,
        crosses=shares[0],
        never_crosses=shares[1],
        always_above=shares[2],
    )


def _classify(log_budgets: FloatArray, curves: FloatArray, floors: FloatArray) -> tuple[np.ndarray, FloatArray]:
    """Position in ``OUTCOMES`` of each curve (-1: a tie, neither above nor below), and the log of where it passes.

    A curve that is above everywhere passes at minus infinity, one that does not end above at infinity.
    """
    over = curves - floors[:, None]  # (b, k)
    over[np.abs(over) < _ROUNDING] = 0.0
    ends_above, below = over[:, -1] > 0, (over < 0).any(axis=1)
    kinds = np.select([ends_above & below, over[:, -1] < 0, (over > 0).all(axis=1)], [0, 1, 2], -1)
    k = over.shape[1]
    last = k - 1 - np.argmax(over[:, ::-1] <= 0, axis=1)  # the last budget that is not above, where there is one
    last = np.minimum(last, k - 2)
    rows = np.arange(len(over))
    before, after = over[rows, last], over[rows, last + 1]
    rise = np.where(after > before, after - before, 1.0)
    place = log_budgets[last] + (log_budgets[last + 1] - log_budgets[last]) * np.clip(-before / rise, 0, 1)
    return kinds, np.where(~ends_above, np.inf, np.where((over > 0).all(axis=1), -np.inf, place))
