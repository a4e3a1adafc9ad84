"""The worst group in three readings."""

import numpy as np
import pytest

from hindmost.evals.worst_group import worst_group

Y = np.repeat([0, 0, 1, 1], [90, 10, 10, 90])
A = np.repeat([0, 1, 0, 1], [90, 10, 10, 90])


def read(test_rows, predicted, val_rows, val_predicted, reason="not fitted on folds"):
    return worst_group(
        test_rows, predicted, level=0.05, val_rows=val_rows, val_predicted=val_predicted, val_reason=reason
    )


def wrong_in(group, count):
    """Predictions that are right but for the first rows of one group."""
    predicted = Y.copy()
    predicted[np.flatnonzero(group == (Y * 2 + A))[:count]] ^= 1
    return predicted


def test_choosing_on_validation_carries_no_bias_and_the_test_minimum_does(make_rows):
    """Null: all groups truly equal. The chosen group's accuracy is unbiased, the plain minimum is not."""
    rng, rows, val = np.random.default_rng(0), make_rows(Y, A), make_rows(Y, A, split="val")
    chosen, minimum = [], []
    for _ in range(300):
        found = read(rows, Y ^ (rng.random(200) < 0.2), val, Y ^ (rng.random(200) < 0.2))
        chosen.append(found.accuracy)
        minimum.append(found.test_minimum)
    assert np.mean(chosen) == pytest.approx(0.8, abs=0.02)  # standard error 0.007
    assert np.mean(minimum) < 0.75


def test_finds_the_group_that_is_worse(make_rows):
    found = read(make_rows(Y, A), wrong_in(2, 6), make_rows(Y, A, split="val"), wrong_in(2, 5))
    assert (found.name, found.n, found.accuracy) == ("y=1, a=0", 10, 0.4)
    assert (found.test_minimum, found.test_minimum_group) == (0.4, "y=1, a=0")
    assert found.chosen_on == "validation, out of fold"
    assert found.lower_bound < 0.4 < found.upper_bound
    assert found.lower_bound_reason is None


def test_only_out_of_fold_rows_choose_and_ties_go_to_the_smaller_id(make_rows):
    predicted = wrong_in(0, 60)
    predicted[(Y == 0) & (A == 0)] = -1  # the bad group was never predicted
    found = read(make_rows(Y, A), Y, make_rows(Y, A, split="val"), predicted)
    assert found.name == "y=0, a=1"
    assert found.chosen_on == "validation, out of fold; without rows there: y=0, a=0"
    assert read(make_rows(Y, A), Y, make_rows(Y, A, split="val"), Y).name == "y=0, a=0"


def test_without_out_of_fold_predictions_nothing_is_chosen(make_rows):
    found = read(make_rows(Y, A), Y, make_rows(Y, A, split="val"), None, "one fit on all rows")
    assert (found.name, found.n, found.accuracy, found.chosen_on) == (None, None, None, "one fit on all rows")
    assert found.test_minimum == 1.0
    nobody = read(make_rows(Y, A), Y, make_rows([], [], split="val"), np.array([], dtype=np.int64))
    assert (nobody.name, nobody.chosen_on) == (None, "no validation row has an out-of-fold prediction")


def test_an_empty_test_group_blocks_the_lower_bound_by_name(make_rows):
    kept = (Y * 2 + A) != 2
    found = read(make_rows(Y[kept], A[kept]), Y[kept], make_rows(Y, A, split="val"), wrong_in(2, 5))
    assert (found.name, found.n, found.accuracy, found.low) == ("y=1, a=0", 0, None, None)
    assert (found.lower_bound, found.lower_bound_reason) == (None, "no test rows of: y=1, a=0")
    assert found.upper_bound is not None


def test_no_test_rows_at_all(make_rows):
    found = read(make_rows([], []), np.array([], dtype=np.int64), make_rows(Y, A, split="val"), Y)
    assert (found.test_minimum, found.test_minimum_group, found.lower_bound, found.upper_bound) == (None,) * 4
