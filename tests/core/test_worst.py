"""The worst group: bounds that hold for the true minimum, and absent groups that keep their place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.worst import tally, worst_accuracy, worst_bounds


@pytest.mark.parametrize("truth", [[0.9, 0.9, 0.9, 0.9], [0.95, 0.93, 0.92, 0.7], [0.99, 0.99, 0.5, 0.5]])
def test_bounds_miss_the_true_minimum_at_most_as_often_as_they_say(truth):
    n = np.array([900, 400, 100, 56])  # imbalanced, like real test sets
    right = np.random.default_rng(1).binomial(n, truth, size=(1500, 4))
    bounds = np.array([worst_bounds(k, n, level=0.05) for k in right])
    # 1,500 data sets: three standard errors are 0.017.
    assert (bounds[:, 0] > min(truth)).mean() <= 0.05 + 0.017
    assert (bounds[:, 1] < min(truth)).mean() <= 0.05 + 0.017


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
def test_tally_and_minimum_agree_with_a_slow_loop(table):
    group = np.array([g for g, _ in table], dtype=np.int64)
    correct = np.array([c for _, c in table], dtype=bool)
    right, n = tally(correct, group, 4)
    slow = [[c for g, c in table if g == k] for k in range(4)]
    assert n.tolist() == [len(s) for s in slow]
    assert right.tolist() == [sum(s) for s in slow]
    shares = [sum(s) / len(s) for s in slow if s]
    assert worst_accuracy(right, n) == pytest.approx(min(shares)) if shares else np.isnan(worst_accuracy(right, n))


def test_no_rows_no_bounds():
    assert np.isnan(worst_bounds(np.array([0.0]), np.array([0.0]), level=0.05)).all()
