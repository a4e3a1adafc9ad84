"""Shares add up, and what is zeroed is the baseline's weight on features without any after."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.evals.role_shares import as_coefs, has_weight, margin_weight, role_shares


def binary(*w):
    return Head.from_binary(np.array(w, dtype=float), np.zeros(1))


def test_by_hand():
    """Weights 4, 3, 2, 1 on core, cue, mixed, neither; the second is zeroed, the third turns its sign."""
    roles = np.arange(4)
    found = role_shares(binary(4, 0, -2, 2), binary(4, 3, 2, 1), None, np.ones(4), roles, roles[None])
    core, cue, mixed, neither = found.roles
    assert [one.before.value for one in found.roles] == [0.4, 0.3, 0.2, 0.1]
    assert [one.after.value for one in found.roles] == [0.5, 0, 0.25, 0.25]
    assert (found.n_zeroed, found.zeroed) == (1, pytest.approx(0.3))
    assert [one.zeroed.value for one in found.roles] == [0, 1, 0, 0]
    assert (cue.zeroed_rate.value, core.zeroed_rate.value) == (1, 0)
    assert found.lost == pytest.approx(0.5)  # all of cue and of mixed; core and neither grew
    assert [one.lost.value for one in found.roles] == pytest.approx([0, 0.6, 0.4, 0])
    assert (mixed.lost_rate.value, neither.lost_rate.value) == (1, 0)
    assert (core.before.low, core.before.high) == (0.4, 0.4)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 4), st.floats(0.01, 100), st.integers(0, 2**32 - 1))
def test_shares_add_up_and_do_not_depend_on_scale(classes, scale, seed):
    rng = np.random.default_rng(seed)
    before, after = rng.normal(size=(2, classes, 12))
    after[:, rng.random(12) < 0.5] = 1.5  # a constant over classes is no weight
    roles, sd = rng.integers(0, 4, 12), rng.random(12)
    drawn = rng.integers(0, 4, (50, 12))
    b = np.zeros(classes)
    found = role_shares(Head(after, b), Head(before, b), None, sd, roles, drawn)
    again = role_shares(Head(scale * after, b), Head(before / scale, b), None, sd, roles, drawn)
    for name in ("before", "after", "zeroed", "lost"):
        values = [getattr(one, name).value for one in found.roles]
        assert None in values or sum(values) == pytest.approx(1)
        assert values == [pytest.approx(getattr(one, name).value) for one in again.roles]
    assert sum(one.n for one in found.roles) == 12
    for one in found.roles:
        assert one.zeroed_rate.value is None or 0 <= one.zeroed_rate.value <= one.lost_rate.value + 1e-12
    assert found.zeroed <= found.lost + 1e-12


def test_the_same_head_loses_nothing():
    roles, w = np.arange(4), binary(1, -2, 3, -4)
    found = role_shares(w, w, None, np.ones(4), roles, roles[None])
    assert (found.n_zeroed, found.zeroed, found.lost) == (0, 0, pytest.approx(0, abs=1e-12))
    assert {one.zeroed.value for one in found.roles} == {None}


def test_the_interval_is_that_of_the_roles_drawn():
    roles = np.array([0, 1, 1, 3])
    drawn = np.where(np.arange(100)[:, None] < 50, roles, [0, 0, 1, 3])
    found = role_shares(binary(1, 1, 1, 1), binary(1, 1, 1, 1), None, np.ones(4), roles, drawn)
    assert (found.roles[0].before.value, found.roles[0].before.low, found.roles[0].before.high) == (0.25, 0.25, 0.5)


def test_weight_of_more_classes_is_the_root_mean_square_over_pairs():
    coef, sd = np.random.default_rng(0).normal(size=(4, 6)), np.arange(1.0, 7.0)
    pairs = [(coef[i] - coef[j]) ** 2 for i, j in combinations(range(4), 2)]
    assert margin_weight(coef, sd) == pytest.approx(np.sqrt(np.mean(pairs, axis=0)) * sd)
    assert margin_weight(coef[:2], sd) == pytest.approx(np.abs(coef[1] - coef[0]) * sd)


def test_single_fits_come_as_rows_or_as_heads():
    rows = np.array([[1.0, 0.0], [0.0, 2.0]])
    for given_as in (rows, rows[:, None]):
        assert has_weight(as_coefs(given_as, 2)).tolist() == [[True, False], [False, True]]
    assert as_coefs(rows[:1], 2) is None
    assert as_coefs(None, 2) is None
    roles = np.array([0, 1])
    found = role_shares(binary(0.5, 1), binary(1, 3), as_coefs(rows, 2), np.ones(2), roles, roles[None])
    assert found.roles[0].zeroed_fits == (0, 1)  # the first fit zeroes the cue feature, the second the core one


def test_wrong_input_is_named():
    roles = np.arange(4)
    with pytest.raises(InputError, match="one network"):
        role_shares(binary(1, 2), binary(1, 2, 3, 4), None, np.ones(4), roles, roles[None])
    with pytest.raises(InputError, match="sd has shape"):
        role_shares(binary(1, 2, 3, 4), binary(1, 2, 3, 4), None, np.ones(3), roles, roles[None])
