"""Accuracy of one head in every group."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import effective_n
from hindmost.core.intervals import clopper_pearson_lower, clopper_pearson_upper, wilson
from hindmost.core.rows import FloatArray, IntArray, Rows
from hindmost.core.tables import GroupRow
from hindmost.core.worst import tally
from hindmost.evals._check import check_length


def group_accuracy(rows: Rows, predicted: IntArray, *, level: float) -> tuple[GroupRow, ...]:
    """Accuracy, interval and decision bounds of each group, in group order.

    Parameters
    ----------
    rows : Rows, n of them
    predicted : int array, shape (n,)    class of each row
    level : float                        error level of the one-sided bounds

    Returns
    -------
    tuple of GroupRow, one for every group that the naming spans; an absent one has n = 0 and None.
    Where clusters repeat within a group, its intervals count effective rows (the worst case).
    """
    check_length("predicted", predicted, len(rows))
    right, n = tally(predicted == rows.y, rows.group, rows.n_groups)
    share, counted = effective_counts(rows, right, n)
    low, high = wilson(share, counted)
    lower = clopper_pearson_lower(share, counted, level=level)
    upper = clopper_pearson_upper(share, counted, level=level)
    columns = np.stack([right / np.maximum(n, 1), low, high, lower, upper], axis=1).tolist()
    return tuple(
        GroupRow(name, size, correct, *numbers) if size else GroupRow(name, 0, None, None, None, None, None, None)
        for name, size, correct, numbers in zip(rows.naming.groups, n.tolist(), right.tolist(), columns)
    )


def effective_counts(rows: Rows, right: IntArray, n: IntArray) -> tuple[FloatArray, FloatArray]:
    """Right rows and rows of each group as effective counts, shape (g,); the counts themselves without clusters."""
    counted = effective_n(rows.group, rows.cluster, rows.n_groups)
    return right * (counted / np.maximum(n, 1)), counted
