"""Accuracy of every head in every group, from counts alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hindmost.core.intervals import clopper_pearson_lower, clopper_pearson_upper, wilson
from hindmost.core.tables import GroupRow
from hindmost.evals._check import check_length
from hindmost.evals.stream_outcomes import Outcomes


def group_tables(outcomes: Outcomes, names: Sequence[str], *, level: float) -> tuple[tuple[GroupRow, ...], ...]:
    """The table of ``group_accuracy`` for each head, for independent rows.

    Parameters
    ----------
    outcomes : Outcomes
    names : sequence of str, length n_groups
    level : float               error level of the one-sided bounds

    Returns
    -------
    tuple over heads of tuple over groups of GroupRow; an absent group has n = 0 and None
    """
    check_length("names", np.asarray(names), outcomes.n_groups)
    n = outcomes.n
    return tuple(_table(names, right, n, level) for right in outcomes.right.T)


def _table(names: Sequence[str], right: np.ndarray, n: np.ndarray, level: float) -> tuple[GroupRow, ...]:
    low, high = wilson(right, n)
    lower, upper = clopper_pearson_lower(right, n, level=level), clopper_pearson_upper(right, n, level=level)
    columns = np.stack([right / np.maximum(n, 1), low, high, lower, upper], axis=1).tolist()
    return tuple(
        GroupRow(name, size, correct, *numbers) if size else GroupRow(name, 0, None, None, None, None, None, None)
        for name, size, correct, numbers in zip(names, n.tolist(), right.tolist(), columns)
    )
