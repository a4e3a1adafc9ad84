"""Accuracy of every group against images per group: how many labels a head needs before it is worth having.

Too few labels can leave the worst group below the head that was to be repaired; the curve shows where it passes it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hindmost.core.progress import Progress, silent
from hindmost.core.retrains import BudgetDraw, BudgetPoint, Crossing, LabelBudget
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.evals._check import check_length, plain
from hindmost.evals._crossing import crossing_of
from hindmost.evals._drawn import drawn_accuracies, group_accuracies
from hindmost.evals._resample import percentile_interval
from hindmost.evals.budget_fits import BudgetFits, Refit, fit_budgets

DRAWS = 2_000


def label_budget(
    val_rows: Rows,
    test_rows: Rows,
    test_X: NDArray[np.floating],
    refit: Refit,
    baseline: IntArray,
    *,
    budgets: Sequence[int],
    draws: int = 20,
    seed: int = 0,
    level: float = 0.05,
    progress: Progress = silent,
) -> LabelBudget:
    """Fit a head on ``draws`` nested random subsets at every budget, and find where it passes the baseline.

    Parameters
    ----------
    val_rows : Rows                        what subsets are drawn from, the same number of every group
    test_rows : Rows, n of them
    test_X : float array (n, d)
    refit : callable                       ``refit(positions, seed)`` fits on validation rows and gives ``predict``
    baseline : int array (n,)              classes that the baseline says of the test rows
    budgets : sequence of int >= 1         images per group, at most the rows of the smallest group
    level : float                          an outcome is claimed where it holds in 1 - level of the bootstrap draws

    Returns
    -------
    LabelBudget. A fit that raises ``EmptyStratum`` keeps its place with the reason. Intervals draw test rows (or
    clusters) within groups and subset draws again; at the largest budget all draws share the smallest group's rows.

    Raises
    ------
    InputError
        A budget beyond the smallest group, or lengths that do not fit.
    """
    fits = fit_budgets(val_rows, test_X, refit, budgets=budgets, draws=draws, seed=seed, progress=progress)
    return curve_of(fits, test_rows, baseline, seed=seed, level=level)


def curve_of(
    fits: BudgetFits, test_rows: Rows, baseline: IntArray, *, seed: int = 0, level: float = 0.05
) -> LabelBudget:
    """The same from fits that were made: what they say of ``test_rows``, beside the baseline.

    Raises
    ------
    InputError
        Lengths do not fit.
    """
    check_length("baseline", baseline, len(test_rows))
    check_length("the predictions of the fits", fits.said[0, 0], len(test_rows))
    ascending, draws, said, fitted = fits.budgets, fits.said.shape[1], fits.said, fits.fitted
    right = np.concatenate([said.reshape(-1, len(test_rows)), baseline[None]]) == test_rows.y
    accuracy = group_accuracies(test_rows, right)[0]
    table, own = accuracy[:-1].reshape(len(ascending), draws, -1), accuracy[-1]
    worst = np.nanmin(table, axis=2)  # (budgets, draws); of draws that were not fitted nothing is read
    floor = float(np.nanmin(own))
    rng = np.random.default_rng([seed, len(ascending), draws])
    curves, floors = _drawn_curves(test_rows, right, worst.shape, rng)
    crossing, reason = _crossing(ascending, worst, floor, curves, floors, fitted, level)
    return LabelBudget(
        groups=test_rows.naming.groups,
        budgets=ascending,
        draws=draws,
        baseline=tuple(plain(v) for v in own),
        baseline_worst=floor,
        points=tuple(_point(b, table[k], worst[k], floor, curves[:, k], fitted[k]) for k, b in enumerate(ascending)),
        crossing=crossing,
        crossing_reason=reason,
        table=_raw(ascending, table, worst, fits.reasons),
    )


def _drawn_curves(
    rows: Rows, right: BoolArray, shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Mean worst group at each budget (b, budgets), and the baseline's (b,), with test rows and draws drawn again.

    A draw is taken with its whole curve, since its subsets are nested.
    """
    budgets, draws = shape
    drawn = drawn_accuracies(rows, right, draws=DRAWS, rng=rng).min(axis=2)  # (b, budgets * draws + 1)
    weights = rng.multinomial(draws, np.full(draws, 1 / draws), size=DRAWS) / draws  # (b, draws)
    curves = np.einsum("bkt,bt->bk", drawn[:, :-1].reshape(DRAWS, budgets, draws), weights)
    return curves, drawn[:, -1]


def _crossing(
    budgets: tuple[int, ...],
    worst: FloatArray,
    floor: float,
    curves: FloatArray,
    floors: FloatArray,
    fitted: BoolArray,
    level: float,
) -> tuple[Crossing | None, str | None]:
    """Over the budgets at which every draw was fitted: those that could be, where others could not, are a choice."""
    whole = np.flatnonzero(fitted.all(axis=1))
    if len(whole) < 2:
        return None, f"every draw could be fitted at {len(whole)} of {len(budgets)} budgets, and a curve needs two"
    kept = [budgets[k] for k in whole]
    return crossing_of(kept, worst[whole].mean(axis=1), floor, curves[:, whole], floors, level=level), None


def _point(
    budget: int, table: FloatArray, worst: FloatArray, floor: float, drawn: FloatArray, fitted: BoolArray
) -> BudgetPoint:
    """One budget: table (draws, groups), worst (draws,), drawn means (b,), fitted (draws,)."""
    n, g = int(fitted.sum()), table.shape[1]
    low, high = percentile_interval(drawn) if fitted.all() else (None, None)
    kept, lowest = table[fitted], worst[fitted]
    return BudgetPoint(
        budget=budget,
        fitted=n,
        worst=float(lowest.mean()) if n else None,
        sd=float(lowest.std(ddof=1)) if n > 1 else None,
        low=low,
        high=high,
        below_baseline=float((lowest < floor).mean()) if n else None,
        accuracy=tuple(plain(v) for v in kept.mean(axis=0)) if n else (None,) * g,
        accuracy_sd=tuple(plain(v) for v in kept.std(axis=0, ddof=1)) if n > 1 else (None,) * g,
    )


def _raw(
    budgets: tuple[int, ...], table: FloatArray, worst: FloatArray, reasons: tuple[tuple[str | None, ...], ...]
) -> tuple[BudgetDraw, ...]:
    nothing = (None,) * table.shape[2]
    return tuple(
        BudgetDraw(b, t, None, nothing, reason)
        if (reason := reasons[k][t])
        else BudgetDraw(b, t, float(worst[k, t]), tuple(plain(v) for v in table[k, t]), None)
        for k, b in enumerate(budgets)
        for t in range(table.shape[1])
    )
