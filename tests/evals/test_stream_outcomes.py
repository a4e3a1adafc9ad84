"""Counting outcomes: the whole is the sum of its chunks, and every margin is a plain count."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from hindmost.core.errors import InputError
from hindmost.core.worst import tally
from hindmost.evals.stream_outcomes import count_outcomes

GROUPS, HEADS = 5, 3


@st.composite
def outcomes_of_rows(draw):
    """Groups with rare and absent ones, and which heads are right."""
    n = draw(st.integers(0, 60))
    group = draw(npst.arrays(np.int64, n, elements=st.sampled_from([0, 0, 0, 0, 1, 3])))
    return group, draw(npst.arrays(np.bool_, (n, HEADS)))


def whole(group, right):
    return count_outcomes([(group, right)], heads=right.shape[1], n_groups=GROUPS)


@settings(deadline=None)
@given(outcomes_of_rows(), st.lists(st.integers(0, 60), max_size=4))
def test_the_whole_is_the_sum_of_its_chunks(rows, cuts):
    group, right = rows
    cuts = sorted(min(cut, len(group)) for cut in cuts)
    chunks = list(zip(np.split(group, cuts), np.split(right, cuts)))
    once, pieces = whole(group, right), count_outcomes(chunks, heads=HEADS, n_groups=GROUPS)
    for name in ("group", "pattern", "count"):
        np.testing.assert_array_equal(getattr(once, name), getattr(pieces, name))


@settings(deadline=None)
@given(outcomes_of_rows())
def test_patterns_and_margins_against_a_slow_count(rows):
    group, right = rows
    counted = whole(group, right)
    slow = Counter((int(g), *map(bool, line)) for g, line in zip(group, right))
    assert {(int(g), *map(bool, p)): int(c) for g, p, c in zip(counted.group, counted.pattern, counted.count)} == slow
    for head in range(HEADS):
        expected, n = tally(right[:, head], group, GROUPS)
        np.testing.assert_array_equal(counted.right[:, head], expected)
        np.testing.assert_array_equal(counted.n, n)


@settings(deadline=None)
@given(outcomes_of_rows(), st.permutations(range(HEADS)))
def test_some_heads_of_the_whole_are_the_count_of_those_heads(rows, order):
    group, right = rows
    some, alone = whole(group, right).of(order[:2]), whole(group, right[:, order[:2]])
    for name in ("group", "pattern", "count"):
        np.testing.assert_array_equal(getattr(some, name), getattr(alone, name))


def test_many_patterns_are_merged_as_they_come(monkeypatch):
    monkeypatch.setattr("hindmost.evals.stream_outcomes._PENDING", 10)
    rng = np.random.default_rng(0)
    group, right = rng.integers(0, 4, 2000), rng.random((2000, 12)) < 0.5
    chunks = zip(np.split(group, 20), np.split(right, 20))
    counted = count_outcomes(chunks, heads=12, n_groups=4)
    assert counted.count.sum() == 2000
    assert len(counted.count) > 1500  # nearly every row has a pattern of its own
    np.testing.assert_array_equal(counted.right.sum(axis=0), right.sum(axis=0))


def test_bad_chunks():
    group = np.array([0, 1])
    with pytest.raises(InputError, match=r"bool of shape \(2, 1\)"):
        count_outcomes([(group, np.ones((2, 2), bool))], heads=1, n_groups=2)
    with pytest.raises(InputError, match=r"group must lie in 0\.\.0, but 0\.\.1"):
        count_outcomes([(group, np.ones((2, 1), bool))], heads=1, n_groups=1)
    with pytest.raises(InputError, match="Count fewer heads"):
        count_outcomes([], heads=61, n_groups=4)
