"""Class offsets that reproduce another head's class rates: exact, and nothing else changes."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head, predictions
from hindmost.heads._rates import counts_of, offsets_for
from hindmost.heads.crossfit import out_of_fold
from hindmost.heads.dfr import DFR
from hindmost.heads.matched import Matched
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=25), st.data())
def test_two_classes_meet_a_slow_loop(scores: list[int], data: st.DataObject) -> None:
    wanted = data.draw(st.integers(0, len(scores)))
    logits = np.column_stack([np.zeros(len(scores)), scores])
    offsets = offsets_for(logits, np.array([len(scores) - wanted, wanted]))
    tried = [k + 0.5 for k in range(-11, 11)] + [0.0, -1000.0, 1000.0]
    missed = {o: abs(sum(s + o > 0 for s in scores) - wanted) for o in tried}
    assert abs(sum(s + offsets[1] > 0 for s in scores) - wanted) == min(missed.values())
    if missed[0.0] == min(missed.values()):
        assert offsets.tolist() == [0.0, 0.0]  # a head with the wanted rates is left alone


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 5))
def test_more_classes_are_the_best_assignment_with_these_counts(seed: int, c: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(24, c)) * rng.choice([0.1, 1, 10]) + 2 * rng.normal(size=c)
    wanted = rng.multinomial(24, rng.dirichlet(np.full(c, 0.5)))  # classes without rows are common
    offsets = offsets_for(logits, wanted)
    assert offsets[0] == 0
    said = predictions(logits + offsets)
    np.testing.assert_array_equal(np.bincount(said, minlength=c), wanted)
    places = np.repeat(np.arange(c), wanted)
    row, place = linear_sum_assignment(logits[:, places], maximize=True)
    best = logits[row, places[place]].sum()
    assert logits[np.arange(24), said].sum() == pytest.approx(best, rel=1e-9)  # sums of the same numbers


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_equal_rows_go_together_and_no_single_move_comes_nearer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.integers(-2, 3, size=(15, 3)).astype(float)
    wanted = rng.multinomial(15, [0.2, 0.3, 0.5])
    offsets = offsets_for(logits, wanted)
    missed = np.abs(counts_of(logits + offsets) - wanted).sum()
    assert np.diff(np.sort(logits + offsets, axis=1)[:, -2:]).min() > 1e-9  # no row hangs on rounding
    for k in range(3):
        for step in np.arange(-8, 8, 0.23):  # never on a tie: offsets are an irrational way off whole numbers
            counts = counts_of(logits + offsets + step * np.eye(3)[k])
            assert np.abs(counts - wanted).sum() >= missed


def test_a_size_of_an_audit_is_exact_in_three_classes() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3000, 3)) + np.arange(3)
    np.testing.assert_array_equal(counts_of(logits + offsets_for(logits, np.array([1500, 1490, 10]))), [1500, 1490, 10])


def test_counts_that_do_not_add_up_are_refused() -> None:
    for wanted in ([1, 1], [4, -1]):
        with pytest.raises(InputError, match="sum to 3"):
            offsets_for(np.zeros((3, 2)), np.array(wanted))


def test_rates_of_dfr_are_met_and_only_the_intercept_moves(shortcut: Callable[..., Features]) -> None:
    features = shortcut(3)
    train, val = features.of("train"), features.of("val")
    base = to_head(Refit().fit(train.X, train.rows.y))
    context = FitContext(train, val, base, 0, 4)
    fitted = Matched.from_context(context).fit(val.X, val.rows.y, strata=val.rows.strata)
    predicted, reason = out_of_fold(
        DFR.from_context(context), val.X.astype(np.float64), val.rows.y, val.rows.strata, seed=0
    )
    assert reason is None
    rates = np.bincount(predicted, minlength=2) / len(predicted)
    chosen = fitted.selected_
    assert chosen["rates_wanted"] == rates.tolist()
    assert chosen["rates_before"] != chosen["rates_wanted"]  # there was something to match
    assert chosen["rates_reached"] == chosen["rates_wanted"]
    assert chosen["rows_missed"] == 0
    assert np.mean(fitted.predict(val.X) == 1) == rates[1]
    np.testing.assert_array_equal(fitted.coef_[0], base.margin_weights())
    np.testing.assert_allclose(fitted.intercept_, np.diff(base.intercept) + chosen["offsets"][1], rtol=0, atol=1e-12)


def test_a_baseline_with_the_same_rates_is_left_alone(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    fitted = Refit().fit(val.X, val.rows.y)
    target = Refit(C=1e-9)  # its out-of-fold rates do not depend on what it is compared with
    once = Matched(to_head(fitted), target=target).fit(val.X, val.rows.y, strata=val.rows.strata)
    again = Matched(to_head(once), target=target).fit(val.X, val.rows.y, strata=val.rows.strata)
    assert again.selected_["offsets"] == [0.0, 0.0]


def test_three_classes_with_another_target() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [60, 30, 15])
    X = rng.normal(size=(105, 3)) + np.eye(3)[y]
    base = Head(np.eye(3), np.array([0.0, 2.0, -1.0]))
    fitted = Matched(base, target=Refit(), target_name="refit").fit(X, y)
    assert fitted.selected_["target"] == "refit"
    assert fitted.selected_["rates_reached"] == fitted.selected_["rates_wanted"]


def test_without_a_network_the_refit_is_moved_and_named(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    fitted = Matched.from_context(FitContext(train, val, None, 0, 4)).fit(val.X, val.rows.y, strata=val.rows.strata)
    assert fitted.selected_["base"] == "refit"
    np.testing.assert_allclose(fitted.coef_, Refit().fit(train.X, train.rows.y).coef_, rtol=1e-12)


def test_a_matched_threshold_is_no_repair_where_only_the_cue_is_read() -> None:
    """The base reads the cue alone: with the target's class rates it still fails the groups that the cue betrays."""
    rng = np.random.default_rng(0)
    strata = np.repeat(np.arange(4), 50)
    y, cue = strata // 2, strata % 2
    X = rng.normal(size=(200, 2)) * 0.5 + np.column_stack([2 * cue - 1, 2 * y - 1])
    base = Head.from_binary(np.array([1.0, 0.0]), np.array([-1.0]))
    fitted = Matched(base).fit(X, y, strata=strata)
    right = fitted.predict(X) == y
    assert fitted.selected_["rates_wanted"] == pytest.approx([0.5, 0.5], abs=0.05)
    assert min(right[strata == g].mean() for g in range(4)) < 0.2
    dfr = DFR().fit(X, y, strata=strata).predict(X) == y
    assert min(dfr[strata == g].mean() for g in range(4)) > 0.9


def test_a_group_without_rows_or_with_one_is_named(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    base = Head.from_binary(np.ones(6), np.zeros(1))
    some = val.rows.strata != 2
    with pytest.raises(EmptyStratum, match="stratum 2"):
        Matched(base, n_strata=4).fit(val.X[some], val.rows.y[some], strata=val.rows.strata[some])
    lone = np.where(np.arange(len(val.rows)) == 0, 4, val.rows.strata)
    with pytest.raises(EmptyStratum, match="stratum 4 has 1"):
        Matched(base).fit(val.X, val.rows.y, strata=lone)
