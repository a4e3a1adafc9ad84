"""The worst group of one head, in its three readings."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import IntArray, Rows
from hindmost.core.tables import WorstGroup
from hindmost.core.worst import tally, worst_bounds
from hindmost.evals._check import check_length, plain
from hindmost.evals.group_accuracy import effective_counts, group_accuracy

OUT_OF_FOLD = "validation, out of fold"


def worst_group(
    test_rows: Rows,
    predicted: IntArray,
    *,
    level: float,
    val_rows: Rows,
    val_predicted: IntArray | None,
    val_reason: str | None,
) -> WorstGroup:
    """The group chosen on validation and scored on test, the plain test minimum, and bounds for the true minimum.

    Parameters
    ----------
    test_rows : Rows, n of them
    predicted : int array, shape (n,)
    level : float                          error level of the bounds
    val_rows : Rows, m of them
    val_predicted : int array (m,) or None out-of-fold predictions, -1 where there is none
    val_reason : str or None               why there are none at all

    Returns
    -------
    WorstGroup. A choice by out-of-fold accuracy carries no selection bias into the test number; ties go
    to the smaller group id. A chosen group without test rows keeps its name, with n = 0 and no numbers.
    """
    groups = group_accuracy(test_rows, predicted, level=level)
    chosen, chosen_on = _chosen(val_rows, val_predicted, val_reason)
    row = groups[chosen] if chosen is not None else None
    minimum = min((g for g in groups if g.accuracy is not None), key=lambda g: g.accuracy or 0.0, default=None)
    lower, upper, reason = _bounds(test_rows, predicted, level, [g.name for g in groups if g.n == 0])
    return WorstGroup(
        name=row.name if row else None,
        n=row.n if row else None,
        accuracy=row.accuracy if row else None,
        low=row.low if row else None,
        high=row.high if row else None,
        chosen_on=chosen_on,
        test_minimum=minimum.accuracy if minimum else None,
        test_minimum_group=minimum.name if minimum else None,
        lower_bound=lower,
        lower_bound_reason=reason,
        upper_bound=upper,
    )


def _chosen(rows: Rows, predicted: IntArray | None, reason: str | None) -> tuple[int | None, str]:
    """The group with the smallest out-of-fold accuracy, and what it was chosen on."""
    if predicted is None:
        return None, reason or "there are no out-of-fold predictions"
    check_length("val_predicted", predicted, len(rows))
    asked = predicted >= 0
    right, n = tally(predicted[asked] == rows.y[asked], rows.group[asked], rows.n_groups)
    if not n.any():
        return None, "no validation row has an out-of-fold prediction"
    accuracy = np.where(n > 0, right / np.maximum(n, 1), np.inf)
    absent = [name for name, size in zip(rows.naming.groups, n.tolist()) if not size]
    return int(accuracy.argmin()), OUT_OF_FOLD + (f"; without rows there: {'; '.join(absent)}" if absent else "")


def _bounds(
    rows: Rows, predicted: IntArray, level: float, absent: list[str]
) -> tuple[float | None, float | None, str | None]:
    """Lower bound, upper bound, and why there is no lower one."""
    right, n = tally(predicted == rows.y, rows.group, rows.n_groups)
    lower, upper = worst_bounds(*effective_counts(rows, right, n), level=level)
    if absent:
        return None, plain(upper), f"no test rows of: {'; '.join(absent)}"
    return plain(lower), plain(upper), None
