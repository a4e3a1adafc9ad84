"""Accuracy against images per group, and where the curve passes the baseline."""

from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.evals._crossing import crossing_of
from hindmost.evals.budget_fits import budgets_of, nested_subsets
from hindmost.evals.label_budget import label_budget

VAL, TEST = (97, 90, 42, 53), (150, 160, 60, 70)
BUDGETS = (4, 8, 16, 32, 42)


def _rows(make_rows, sizes, split):
    group = np.repeat(np.arange(4), sizes)
    return make_rows(group // 2, group % 2, split=split)


def _run(make_rows, accuracy, *, base=0.7, seed=0, draws=8, budgets=BUDGETS, head_seed=None, **given):
    """A head whose accuracy in every group is a known function of the images per group, against a flat baseline."""
    val, test = _rows(make_rows, VAL, "val"), _rows(make_rows, TEST, "test")
    rng = np.random.default_rng(seed if head_seed is None else head_seed)

    def refit(positions, _):
        rate = accuracy(np.bincount(val.group[positions]).max())
        return lambda X: test.y ^ (rng.random(len(X)) > rate)

    baseline = test.y ^ (np.random.default_rng([seed, 1]).random(len(test)) > base)
    X = np.zeros((len(test), 1))
    return label_budget(val, test, X, refit, baseline, budgets=budgets, draws=draws, seed=seed, **given)


def test_a_rising_curve_crosses_where_it_was_made_to(make_rows) -> None:
    """Worst groups of 0.5 and 0.9 around a baseline of 0.7: it crosses between 8 and 16 images, and is sure of it."""
    found = _run(make_rows, lambda b: 0.5 if b <= 8 else 0.95, draws=10)
    crossing = found.crossing
    assert crossing.outcome == "crosses"
    assert 8 < crossing.budget < 16
    assert 8 <= crossing.low <= crossing.budget <= crossing.high <= 16
    assert crossing.crosses > 0.99
    assert found.points[0].below_baseline == 1.0
    assert found.points[-1].below_baseline == 0.0
    assert found.points[0].high < found.baseline_worst < found.points[-1].low


def test_never_and_always(make_rows) -> None:
    low = _run(make_rows, lambda b: 0.4).crossing
    high = _run(make_rows, lambda b: 0.98).crossing
    assert (low.outcome, low.budget, low.low, low.high) == ("never_crosses", None, None, None)
    assert (high.outcome, high.budget, high.low, high.high) == ("always_above", None, None, None)
    assert (low.never_crosses, high.always_above) == (1.0, 1.0)


def test_where_there_is_no_effect_no_crossing_is_claimed(make_rows) -> None:
    """Null: head and baseline are equally good at every budget. No claim of crossing in 40 runs; others near level."""
    outcomes = [_run(make_rows, lambda b: 0.7, seed=k).crossing.outcome for k in range(40)]
    assert outcomes.count("crosses") == 0
    # "never" and "always" are one-sided claims of 0.05 each: 4 of 40 expected, above 9 once in 100
    assert 40 - outcomes.count("open") <= 9


def test_the_baselines_own_predictions_are_a_tie_and_nothing_is_claimed(make_rows) -> None:
    val, test = _rows(make_rows, VAL, "val"), _rows(make_rows, TEST, "test")
    baseline = test.y ^ (np.arange(len(test)) % 5 == 0)
    X = np.zeros((len(test), 1))
    found = label_budget(val, test, X, lambda p, s: lambda X: baseline, baseline, budgets=BUDGETS, draws=3)
    assert found.crossing.outcome == "open"
    assert (found.crossing.crosses, found.crossing.never_crosses, found.crossing.always_above) == (0.0, 0.0, 0.0)
    assert {point.below_baseline for point in found.points} == {0.0}
    assert max(point.sd for point in found.points) < 1e-12  # rounding of a mean of equal numbers


def test_the_interval_covers_the_true_crossing(make_rows) -> None:
    """The worst of four equal groups rises through the baseline's at 12 images on a log scale; 30 runs."""
    truth = 12.0
    covered = 0
    for k in range(30):
        crossing = _run(make_rows, lambda b: 0.7 + 0.12 * np.log(b / truth), seed=k, draws=6).crossing
        low = 0 if crossing.low is None else crossing.low
        high = np.inf if crossing.high is None else crossing.high
        covered += low <= truth <= high
    assert (
        covered >= 24
    )  # the minimum over noisy groups shifts both curves; below 24 of 30 would be a 5 sigma miss of 95 %


def test_means_and_shares_are_those_of_the_raw_table(make_rows) -> None:
    found = _run(make_rows, lambda b: 0.5 + b / 100)
    for point in found.points:
        lines = [line for line in found.table if line.budget == point.budget]
        assert [line.draw for line in lines] == list(range(8))
        worst = [min(line.accuracy) for line in lines]
        assert [line.worst for line in lines] == worst
        assert point.worst == pytest.approx(np.mean(worst))
        assert point.sd == pytest.approx(np.std(worst, ddof=1))
        assert point.below_baseline == np.mean([w < found.baseline_worst for w in worst])
        assert point.accuracy == pytest.approx(np.mean([line.accuracy for line in lines], axis=0))
        assert point.low < point.worst < point.high
    assert found.baseline_worst == min(found.baseline)
    assert len(found.table) == len(BUDGETS) * 8


@given(st.lists(st.integers(1, 30), min_size=4, max_size=4), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_subsets_are_balanced_nested_and_drawn_anew(make_rows, sizes, seed) -> None:
    val = _rows(make_rows, sizes, "val")
    budgets = sorted({1, max(1, min(sizes) // 2), min(sizes)})
    subsets = nested_subsets(val, budgets, seed=seed)
    for b, positions in zip(budgets, subsets):
        assert np.bincount(val.group[positions], minlength=4).tolist() == [b] * 4
        assert (np.diff(positions) > 0).all()
    for small, large in pairwise(subsets):
        assert set(small) <= set(large)


def test_every_row_is_as_likely_and_draws_differ(make_rows) -> None:
    val = _rows(make_rows, (20, 5, 5, 5), "val")
    drawn = np.concatenate([nested_subsets(val, [5], seed=k)[0] for k in range(400)])
    counts = np.bincount(drawn, minlength=35)
    assert (counts[20:] == 400).all()
    assert np.abs(counts[:20] - 100).max() < 45  # binomial(400, 1/4): five standard deviations of 8.7


def test_budgets_span_the_smallest_group(make_rows) -> None:
    assert budgets_of(_rows(make_rows, VAL, "val")) == (4, 6, 8, 11, 15, 21, 30, 42)
    assert budgets_of(_rows(make_rows, (9, 9, 4, 9), "val")) == (4,)
    with pytest.raises(EmptyStratum, match=r"y=1, a=0 has 0; y=1, a=1 has 3") as found:
        budgets_of(_rows(make_rows, (9, 9, 0, 3), "val"))
    assert found.value.strata == (2, 3)


def test_a_fit_that_lacks_a_stratum_keeps_its_place_and_is_left_out_of_the_crossing(make_rows) -> None:
    val, test = _rows(make_rows, VAL, "val"), _rows(make_rows, TEST, "test")
    calls = []

    def refit(positions, seed):
        calls.append((len(positions), seed))
        if len(positions) == 16 and sum(n == 16 for n, _ in calls) % 2:
            raise EmptyStratum("a half has none of stratum 2", (2,))
        return lambda X: test.y

    baseline = test.y ^ (np.arange(len(test)) % 4 == 0)
    X = np.zeros((len(test), 1))
    found = label_budget(val, test, X, refit, baseline, budgets=(8, 4, 16), draws=5)
    first = found.points[0]
    assert (found.budgets, first.budget, first.low) == ((4, 8, 16), 4, None)
    assert 0 < first.fitted < 5
    assert first.worst == 1.0
    missing = [line for line in found.table if line.reason]
    assert {(line.worst, line.accuracy) for line in missing} == {(None, (None,) * 4)}
    assert len(missing) == 5 - first.fitted
    assert found.crossing.outcome == "always_above"  # of the budgets that every draw could be fitted at
    assert len({seed for _, seed in calls}) == 5  # one seed a draw
    lonely = label_budget(val, test, X, refit, baseline, budgets=(4, 8), draws=5)
    assert lonely.crossing is None
    assert lonely.crossing_reason == "every draw could be fitted at 1 of 2 budgets, and a curve needs two"


def test_an_absent_test_group_is_left_out(make_rows) -> None:
    val, test = _rows(make_rows, VAL, "val"), _rows(make_rows, (50, 50, 0, 50), "test")
    X = np.zeros((150, 1))
    found = label_budget(val, test, X, lambda p, s: lambda X: test.y, 1 - test.y, budgets=(4, 8), draws=2)
    assert found.points[0].accuracy == (1.0, 1.0, None, 1.0)
    assert found.baseline == (0.0, 0.0, None, 0.0)
    assert (found.points[0].worst, found.baseline_worst) == (1.0, 0.0)


def test_a_crossing_is_interpolated_on_the_log_and_counts_from_the_last_time() -> None:
    budgets = [4, 16, 64]
    certain = {"drawn_floors": np.full(3, 0.5), "level": 0.05}
    up = np.array([0.4, 0.6, 0.7])
    assert crossing_of(budgets, up, 0.5, np.tile(up, (3, 1)), **certain).budget == pytest.approx(8)
    twice = np.array([0.6, 0.4, 0.6])
    assert crossing_of(budgets, twice, 0.5, np.tile(twice, (3, 1)), **certain).budget == pytest.approx(32)
    at = np.array([0.4, 0.5, 0.7])
    assert crossing_of(budgets, at, 0.5, np.tile(at, (3, 1)), **certain).budget == pytest.approx(16)
    falling = np.array([0.6, 0.6, 0.4])
    assert crossing_of(budgets, falling, 0.5, np.tile(falling, (3, 1)), **certain).outcome == "never_crosses"
    unsure = crossing_of(budgets, up, 0.5, np.stack([up, up, up + 0.2, up - 0.3]), np.full(4, 0.5), level=0.05)
    assert (unsure.outcome, unsure.low, unsure.high) == ("open", None, None)
    assert unsure.budget == pytest.approx(8)


def test_same_seed_same_table_and_plain_values(make_rows) -> None:
    first, again = (_run(make_rows, lambda b: 0.6, draws=3) for _ in range(2))
    assert first == again
    assert isinstance(asdict(first)["table"][0]["accuracy"][0], float)
    assert [line.worst for line in first.table] != [
        line.worst for line in _run(make_rows, lambda b: 0.6, seed=9, draws=3).table
    ]


def test_progress_is_heard_and_wrong_budgets_are_refused(make_rows) -> None:
    heard = []
    _run(make_rows, lambda b: 0.6, draws=2, progress=lambda stage, done, total: heard.append((done, total)))
    assert (heard[0], heard[-1]) == ((0, 10), (10, 10))
    with pytest.raises(InputError, match=r"must lie in 1\.\.42"):
        _run(make_rows, lambda b: 0.6, budgets=(4, 43))
    with pytest.raises(InputError, match="at least one draw"):
        _run(make_rows, lambda b: 0.6, draws=0)
