"""Halves: a ground that decides nothing shows nothing, one that decides alone shows 1."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from hindmost.core.errors import InputError
from hindmost.evals.halves import halves

ASSOCIATION = np.array([0, 1])


def ground(rows, said, association=ASSOCIATION):
    whole = np.zeros(len(rows), dtype=np.int64)
    return halves(rows, whole, whole, said, association=association, level=0.05).ground_alone


def imbalanced(make_rows, n=400, rare=0.05):
    sizes = (np.array([0.5 - rare, rare, rare, 0.5 - rare]) * n).astype(int)
    group = np.repeat(np.arange(4), sizes)
    return make_rows(group // 2, group % 2)


def test_an_outline_without_a_cue_shows_nothing(make_rows):
    """Null at 95/5: the filled hole still tells the class, and the class goes with the cue; the cue does nothing."""
    rows, rng = imbalanced(make_rows), np.random.default_rng(0)
    found = []
    for _ in range(300):
        said = np.where(rng.random(len(rows)) < 0.8, rows.y, 1 - rows.y)
        (row,) = ground(rows, said)
        found.append((row.low > 0) or (row.high < 0))
        assert row.rate_with - row.rate_without > 0.3  # before: pooled over classes, the outline looks like the cue
    assert np.mean(found) <= 0.05 + 0.038  # three standard errors of 300


@pytest.mark.parametrize("sign", [1, -1])
def test_a_cue_that_decides_alone_is_one(make_rows, sign):
    rows = imbalanced(make_rows)
    (row,) = ground(rows, rows.cue if sign == 1 else 1 - rows.cue)
    assert (row.class_name, row.difference) == (rows.naming.classes[1], sign)
    assert {row.rate_with, row.rate_without} == {0.0, 1.0}
    assert (row.n_with, row.n_without) == (np.sum(rows.cue == 1), np.sum(rows.cue == 0))


def test_one_true_class_has_newcombe_s_interval(make_rows):
    """Oracle: with a single true class the difference of two proportions, from statsmodels."""
    cue = np.repeat([0, 1], [40, 25])
    rows = make_rows(np.zeros(65, dtype=np.int64), cue)
    said = np.zeros(65, dtype=np.int64)
    said[[0, 1, 2, 3, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49]] = 1
    (row,) = ground(rows, said)
    low, high = confint_proportions_2indep(10, 25, 4, 40, method="newcomb", compare="diff")
    assert (row.difference, row.low, row.high) == pytest.approx((10 / 25 - 4 / 40, low, high))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_groups_give_bounds_around_the_difference_or_none(make_rows, data):
    n = data.draw(st.integers(1, 30))
    y, cue, said = (np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))) for _ in range(3))
    for row in ground(make_rows(y, cue), said):
        if row.difference is None:
            assert row.low is None
            continue
        assert -1 <= row.low <= row.difference + 1e-12
        assert row.difference <= row.high + 1e-12 <= 1 + 1e-9


def test_cues_of_one_class_have_no_contrast(make_rows):
    rows = imbalanced(make_rows)
    assert ground(rows, rows.cue, np.array([1, 1])) == ()
    assert ground(rows, rows.cue, np.array([-1, 1])) == ()


def test_three_classes_are_each_shown(make_rows):
    y, cue = np.repeat([0, 1, 2], 30), np.tile([0, 1, 2], 30)
    found = ground(make_rows(y, cue, classes=3, cues=3), cue, np.arange(3))
    assert [row.difference for row in found] == [1.0, 1.0, 1.0]


def test_accuracies_are_those_of_the_pictures(make_rows):
    rows = imbalanced(make_rows)
    found = halves(rows, rows.y, rows.cue, rows.cue, association=ASSOCIATION, level=0.05)
    assert [row.accuracy for row in found.whole] == [1.0] * 4
    assert [row.accuracy for row in found.object_alone] == [1.0, 0.0, 0.0, 1.0]


def test_a_wrong_length_is_named(make_rows):
    rows = imbalanced(make_rows)
    with pytest.raises(InputError, match="object_alone"):
        halves(rows, rows.y, rows.y[1:], rows.y, association=ASSOCIATION, level=0.05)
