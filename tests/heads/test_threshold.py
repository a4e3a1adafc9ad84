"""Class offsets: exact, group-blind, and still where nothing is to gain."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head
from hindmost.heads.refit import Refit
from hindmost.heads.threshold import Threshold, worst_accuracy
from hindmost.heads.to_head import to_head

IDENTITY = Head(np.eye(2), np.zeros(2))
Table = list[tuple[int, int, int]]


def _worst(scores: NDArray[np.float64], offset: float, y: NDArray[np.int64], strata: NDArray[np.int64]) -> float:
    right = [(score + offset > 0) == bool(label) for score, label in zip(scores, y)]
    return min(
        sum(r for r, s in zip(right, strata) if s == g) / sum(s == g for s in strata) for g in set(strata.tolist())
    )


def _slow(scores: NDArray[np.float64], y: NDArray[np.int64], strata: NDArray[np.int64]) -> tuple[float, float]:
    """Best worst accuracy, and the smallest size of an offset that reaches it: one loop over every cut."""
    points = sorted({-float(s) for s in scores})
    cuts = [0.0] + [(a + b) / 2 for a, b in pairwise(points) if not a < 0 <= b]
    cuts += [-1000.0, 1000.0]
    reached = [_worst(scores, cut, y, strata) for cut in cuts]
    return max(reached), min(abs(cut) for cut, worst in zip(cuts, reached) if worst == max(reached))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 1), st.integers(0, 3)), min_size=2, max_size=25))
def test_binary_search_meets_the_slow_loop(table: Table) -> None:
    scores, y, strata = (np.array(column, dtype=np.int64) for column in zip(*table))
    fitted = Threshold(IDENTITY).fit(np.column_stack([np.zeros(len(y)), scores]), y, strata=strata)
    best, size = _slow(scores.astype(float), y, strata)
    assert fitted.selected_["worst_after"] == best
    offset = fitted.selected_["offsets"][1]
    assert abs(offset) == size or (size == 1000.0 and abs(offset) > np.abs(scores).max())
    assert _worst(scores.astype(float), offset, y, strata) == best


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_three_classes_end_where_no_single_move_helps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, cue = rng.integers(0, 3, 40), rng.integers(0, 2, 40)
    X = rng.normal(size=(40, 3)) + np.eye(3)[y] + 0.8 * cue[:, None] * [1, 0, -1]
    fitted = Threshold(Head(np.eye(3), np.zeros(3))).fit(X, y, strata=y * 2 + cue)
    chosen = fitted.selected_
    assert chosen["worst_after"] >= chosen["worst_before"]
    assert chosen["offsets"][0] == 0
    strata = np.unique(y * 2 + cue, return_inverse=True)[1]
    for k in range(3):
        for step in np.linspace(-6, 6, 121):
            moved = X + fitted.offsets_ + step * np.eye(3)[k]
            assert worst_accuracy(moved, y, strata) <= chosen["worst_after"]


def test_a_baseline_that_cannot_be_bettered_is_left_alone() -> None:
    scores = np.array([-3.0, -0.1, 0.1, 5.0, 6.0, 7.0])  # off centre, but right on every row
    fitted = Threshold(IDENTITY).fit(np.column_stack([0 * scores, scores]), [0, 0, 1, 1, 1, 1])
    assert fitted.selected_["offsets"] == [0.0, 0.0]


def test_weights_stay_and_only_the_intercept_moves(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut(3).of("train"), shortcut(3).of("val")
    base = to_head(Refit().fit(train.X, train.rows.y))
    fitted = Threshold(base, n_strata=4).fit(val.X, val.rows.y, strata=val.rows.strata)
    assert fitted.selected_["worst_after"] > fitted.selected_["worst_before"]  # there was something to gain
    np.testing.assert_array_equal(fitted.coef_[0], base.margin_weights())
    offset = fitted.selected_["offsets"][1]
    np.testing.assert_allclose(fitted.intercept_, np.diff(base.intercept) + offset, rtol=0, atol=1e-12)


def test_order_and_copies_of_rows_do_not_matter(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    base = Head.from_binary(np.array([0.4, 1.0, 0, 0, 0, 0]), np.array([0.3]))
    order = np.random.default_rng(0).permutation(len(val.rows))
    chosen = [
        Threshold(base).fit(val.X[where], val.rows.y[where], strata=val.rows.strata[where]).selected_["offsets"]
        for where in (np.arange(len(order)), order, np.repeat(order, 3))
    ]
    np.testing.assert_allclose(chosen[1:], [chosen[0]] * 2, rtol=0, atol=1e-12)


def test_empty_strata_are_ignored_and_listed() -> None:
    X = np.column_stack([np.zeros(4), [-2.0, 1.0, 2.0, 3.0]])
    fitted = Threshold(IDENTITY, n_strata=4).fit(X, [0, 0, 1, 1], strata=[0, 0, 3, 3])
    assert fitted.selected_["strata_ignored"] == [1, 2]
    assert fitted.selected_["worst_after"] == 1.0


def test_without_a_network_the_refit_is_moved_and_named(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    fitted = Threshold.from_context(FitContext(train, val, None, 0, 4)).fit(val.X, val.rows.y, strata=val.rows.strata)
    assert fitted.selected_["base"] == "refit"
    np.testing.assert_allclose(fitted.coef_, Refit().fit(train.X, train.rows.y).coef_, rtol=1e-12)


def test_rows_that_differ_by_rounding_are_not_parted() -> None:
    scores = np.array([-1.0, 0.5, 0.5 + 1e-14, 2.0])
    fitted = Threshold(IDENTITY).fit(np.column_stack([0 * scores, scores]), [0, 0, 1, 1])
    assert fitted.selected_["worst_after"] == 0.5


@pytest.mark.parametrize("seed", range(3))
def test_no_promise_without_signal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, fresh = (rng.random(600) < 0.2).astype(int), (rng.random(600) < 0.2).astype(int)  # imbalanced
    X = rng.normal(size=(600, 2))
    fitted = Threshold(IDENTITY).fit(X, y)
    right = fitted.predict(rng.normal(size=(600, 2))) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6  # worst class at chance on new rows
