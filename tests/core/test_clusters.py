"""Clusters: the worst case bounds the truth, and single rows change nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.clusters import effective_n, pieces

row = st.tuples(st.integers(0, 3), st.integers(-2, 5))


@given(st.lists(row, max_size=40))
def test_agrees_with_a_slow_loop(table):
    part = np.array([p for p, _ in table], dtype=np.int64)
    cluster = np.array([c for _, c in table], dtype=np.int64)
    for g, found in enumerate(effective_n(part, cluster, 5)):
        sizes = [sum(pair == (g, c) for pair in table) for c in range(-2, 6)]
        assert found == pytest.approx(sum(sizes) ** 2 / sum(s**2 for s in sizes) if sum(sizes) else 0.0)


@given(st.lists(row, max_size=40))
def test_pieces_add_up_to_the_rows(table):
    part = np.array([p for p, _ in table], dtype=np.int64)
    found = pieces(part, np.array([c for _, c in table], dtype=np.int64))
    values = np.arange(len(part)) ** 2
    assert found.size.sum() == len(part)
    assert found.total(values).sum() == values.sum()
    assert (found.part[found.of_row] == part).all()
    assert (np.diff(found.part) >= 0).all()


def test_rows_of_their_own_are_worth_themselves():
    part = np.array([0, 0, 2])
    assert effective_n(part, None, 3).tolist() == [2.0, 0.0, 1.0]
    assert effective_n(part, np.array([5, 9, 5]), 3).tolist() == [2.0, 0.0, 1.0]


def test_the_worst_case_is_no_less_than_the_true_variance():
    rng = np.random.default_rng(0)
    sizes = np.array([1, 2, 3, 8] * 5)
    cluster = np.repeat(np.arange(20), sizes)
    outcomes = np.repeat(rng.random((4000, 20)) < 0.7, sizes, axis=1)  # all rows of a cluster alike
    spread = outcomes.mean(axis=1).var()
    worth = effective_n(np.zeros(len(cluster), dtype=np.int64), cluster, 1)[0]
    assert spread == pytest.approx(0.21 / worth, rel=0.08)  # alike rows reach the bound; 4,000 draws
    assert spread > 2 * 0.21 / len(cluster)  # before: counting rows would claim half the variance or less
