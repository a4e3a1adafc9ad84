"""Group accuracy: a slow loop, absent groups, and clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from hindmost.core.errors import InputError
from hindmost.evals.group_accuracy import group_accuracy

table = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)), max_size=30)


@given(table)
def test_agrees_with_a_slow_loop_and_absent_groups_keep_their_place(make_rows, table):
    y, a, predicted = ([row[i] for row in table] for i in range(3))
    found = group_accuracy(make_rows(y, a, classes=3), np.array(predicted, dtype=np.int64), level=0.05)
    assert len(found) == 6
    for g, row in enumerate(found):
        own = [p == t for t, cue, p in table if t * 2 + cue == g]
        assert row.n == len(own)
        if not own:
            assert {row.correct, row.accuracy, row.low, row.high, row.lower_bound, row.upper_bound} == {None}
            continue
        exact = binomtest(sum(own), len(own)).proportion_ci(0.90, method="exact")
        score = binomtest(sum(own), len(own)).proportion_ci(0.95, method="wilson")
        assert (row.correct, row.accuracy) == (sum(own), sum(own) / len(own))
        assert (row.lower_bound, row.upper_bound) == pytest.approx((exact.low, exact.high), abs=1e-9)
        assert (row.low, row.high) == pytest.approx((score.low, score.high), abs=1e-9)
        assert {type(row.n), type(row.correct)} == {int}
        assert {type(row.accuracy), type(row.low), type(row.lower_bound)} == {float}


def test_repeated_clusters_widen_the_interval_and_leave_the_counts(make_rows):
    y, predicted = [1] * 40, np.array([1] * 30 + [0] * 10)
    alone = group_accuracy(make_rows(y, y, cluster=range(40)), predicted, level=0.05)[3]
    assert alone == group_accuracy(make_rows(y, y), predicted, level=0.05)[3]
    twos = group_accuracy(make_rows(y, y, cluster=np.arange(40) // 2), predicted, level=0.05)[3]
    assert (twos.n, twos.correct, twos.accuracy) == (40, 30, 0.75)
    half = binomtest(15, 20).proportion_ci(0.90, method="exact")
    assert (twos.lower_bound, twos.upper_bound) == pytest.approx((half.low, half.high))


def test_refuses_predictions_of_other_rows(make_rows):
    with pytest.raises(InputError, match="expected 2 rows"):
        group_accuracy(make_rows([0, 1], [0, 1]), np.array([0]), level=0.05)
