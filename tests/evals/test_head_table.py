"""Both means, and the table as the sum of its parts."""

import numpy as np
import pytest

from hindmost.evals.group_accuracy import group_accuracy
from hindmost.evals.head_table import head_table
from hindmost.evals.shortcut_gap import shortcut_gap

Y, A = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0, 1])
PREDICTED = np.array([0, 0, 0, 1, 0, 1])


def table(rows, predicted, counts):
    val = rows.take(np.zeros(len(rows), dtype=bool))
    return head_table(
        rows, predicted, train_counts=np.array(counts), level=0.05, val_rows=val, val_predicted=None, val_reason="none"
    )


def test_mean_weighs_test_rows_and_the_adjusted_mean_the_training_mix(make_rows):
    found = table(make_rows(Y, A), PREDICTED, [900, 50, 50, 0])
    assert found.mean == pytest.approx(4 / 6)
    assert found.adjusted_mean == pytest.approx((900 * 1 + 50 * 0.5 + 50 * 0) / 1000)
    assert found.adjusted_mean_reason is None
    same_mix = table(make_rows(Y, A), PREDICTED, [2, 2, 1, 1])
    assert same_mix.adjusted_mean == pytest.approx(same_mix.mean)


def test_the_whole_is_its_parts(make_rows):
    rows = make_rows(Y, A)
    found = table(rows, PREDICTED, [1, 1, 1, 1])
    assert found.groups == group_accuracy(rows, PREDICTED, level=0.05)
    assert found.shortcut_gap == shortcut_gap(rows, PREDICTED, level=0.05)
    assert found.worst_group.chosen_on == "none"


def test_a_training_group_without_test_rows_takes_the_adjusted_mean_with_a_reason(make_rows):
    kept = (Y * 2 + A) != 2
    rows = make_rows(Y[kept], A[kept])
    missing = table(rows, PREDICTED[kept], [5, 5, 5, 5])
    assert missing.adjusted_mean is None
    assert "y=1, a=0" in missing.adjusted_mean_reason
    assert table(rows, PREDICTED[kept], [5, 5, 0, 5]).adjusted_mean is not None
    assert "no training rows" in table(rows, PREDICTED[kept], [0, 0, 0, 0]).adjusted_mean_reason


def test_nothing_to_say_without_rows(make_rows):
    empty = table(make_rows([], []), np.array([], dtype=np.int64), [1, 1, 1, 1])
    assert (empty.mean, empty.adjusted_mean) == (None, None)
