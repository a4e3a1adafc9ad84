"""Everything that the test rows say of one head alone."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import IntArray, Rows
from hindmost.core.tables import HeadTable
from hindmost.core.worst import tally
from hindmost.evals._check import check_length
from hindmost.evals.group_accuracy import group_accuracy
from hindmost.evals.shortcut_gap import shortcut_gap
from hindmost.evals.worst_group import worst_group


def head_table(
    test_rows: Rows,
    predicted: IntArray,
    *,
    train_counts: IntArray,
    level: float,
    val_rows: Rows,
    val_predicted: IntArray | None,
    val_reason: str | None,
) -> HeadTable:
    """Groups, worst group, both means and the shortcut gap of one head.

    Parameters
    ----------
    test_rows : Rows, n of them
    predicted : int array, shape (n,)
    train_counts : int array, shape (n_groups,)    rows per group in training, the weights of the adjusted mean
    level : float                                  error level of every bound
    val_rows, val_predicted, val_reason            see ``worst_group``
    """
    check_length("predicted", predicted, len(test_rows))
    check_length("train_counts", train_counts, test_rows.n_groups)
    right, n = tally(predicted == test_rows.y, test_rows.group, test_rows.n_groups)
    adjusted, reason = _adjusted_mean(test_rows, right, n, train_counts)
    worst = worst_group(
        test_rows, predicted, level=level, val_rows=val_rows, val_predicted=val_predicted, val_reason=val_reason
    )
    return HeadTable(
        groups=group_accuracy(test_rows, predicted, level=level),
        worst_group=worst,
        mean=int(right.sum()) / int(n.sum()) if n.any() else None,
        adjusted_mean=adjusted,
        adjusted_mean_reason=reason,
        shortcut_gap=shortcut_gap(test_rows, predicted, level=level),
    )


def _adjusted_mean(rows: Rows, right: IntArray, n: IntArray, train_counts: IntArray) -> tuple[float | None, str | None]:
    """Accuracy at the training group mix, or why there is none."""
    if not train_counts.any():
        return None, "there are no training rows to take the group mix from"
    absent = [rows.naming.groups[g] for g in np.flatnonzero((train_counts > 0) & (n == 0))]
    if absent:
        return None, f"no test rows of a group of the training mix: {'; '.join(absent)}"
    accuracy = right / np.maximum(n, 1)
    return float((accuracy * train_counts).sum() / train_counts.sum()), None
