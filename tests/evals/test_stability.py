"""Stability of supports and of the worst group over subset draws."""

from dataclasses import asdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.evals.stability import draw_spread, support_stability

Y = np.repeat([0, 0, 1, 1], [300, 40, 25, 200])
A = np.repeat([0, 1, 0, 1], [300, 40, 25, 200])


def _coefs(kept: np.ndarray) -> np.ndarray:
    """One row of weights a fit."""
    return np.where(kept, np.random.default_rng(0).normal(size=kept.shape), 0.0)[:, None]


def _wrong(rng: np.random.Generator, fits: int, rate: float | np.ndarray) -> np.ndarray:
    """Predictions that are wrong at a rate, each row by itself."""
    return Y ^ (rng.random((fits, len(Y))) < rate)


@given(st.integers(2, 7), st.integers(1, 9), st.floats(0, 1), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_supports_are_counted_as_by_a_slow_loop(fits: int, d: int, share: float, seed: int) -> None:
    kept = np.random.default_rng(seed).random((fits, d)) < share
    found = support_stability(_coefs(kept))
    sets = [set(np.flatnonzero(row).tolist()) for row in kept]
    pairs = [len(a & b) / len(a | b) for a, b in combinations(sets, 2) if a | b]
    assert found.frequency == tuple(sum(f in s for s in sets) / fits for f in range(d))
    assert found.kept_in == tuple(sum(sum(f in s for s in sets) == k for f in range(d)) for k in range(fits + 1))
    if pairs:
        assert found.jaccard == pytest.approx(np.mean(pairs))
        assert (found.jaccard_low, found.jaccard_high) == pytest.approx((min(pairs), max(pairs)))
    else:
        assert (found.jaccard, found.jaccard_by_chance) == (None, None)


def test_random_supports_are_as_alike_as_chance_and_stability_is_zero() -> None:
    """Null: fits keep different numbers of features at random. Before: fits that share a core do better."""
    rng = np.random.default_rng(1)
    sizes = rng.permutation(np.repeat([5, 20, 60], 20))
    kept = np.stack([rng.permutation(np.arange(200) < k) for k in sizes])
    found = support_stability(_coefs(kept))
    assert found.jaccard == pytest.approx(found.jaccard_by_chance, abs=0.005)  # 1,770 pairs with sd about 0.04
    assert found.stability == pytest.approx(0, abs=0.02)
    kept[:, :5] = True
    core = support_stability(_coefs(kept))
    assert core.jaccard > core.jaccard_by_chance + 0.05
    assert core.stability > 0.1


def test_chance_is_its_average_over_draws() -> None:
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(4000):
        a, b = rng.permutation(12) < 3, rng.permutation(12) < 7
        drawn.append((a & b).sum() / (a | b).sum())
    kept = np.array([np.arange(12) < 3, np.arange(12) < 7])
    assert support_stability(_coefs(kept)).jaccard_by_chance == pytest.approx(np.mean(drawn), abs=0.005)


def test_the_same_support_every_time_and_what_has_no_meaning() -> None:
    same = support_stability(_coefs(np.tile([True, False, True], (4, 1))))
    assert (same.jaccard, same.stability, same.kept_in) == (1.0, pytest.approx(1.0), (1, 0, 0, 0, 2))
    one = support_stability(_coefs(np.array([[True, False]])))
    assert (one.jaccard, one.jaccard_by_chance, one.stability) == (None, None, None)
    everything = support_stability(_coefs(np.ones((3, 4), dtype=bool)))
    assert (everything.jaccard, everything.jaccard_by_chance, everything.stability) == (1.0, 1.0, None)
    several_rows = np.zeros((2, 3, 2))
    several_rows[:, 1, 0] = 1.0  # one class keeps the feature
    assert support_stability(several_rows).frequency == (1.0, 0.0)
    with pytest.raises(InputError, match=r"expected \(fits, rows, features\)"):
        support_stability(np.ones((3, 4)))


def test_equal_fits_have_no_spread_and_the_average_gains_nothing(make_rows) -> None:
    said = np.tile(_wrong(np.random.default_rng(0), 1, 0.2), (6, 1))
    found = draw_spread(make_rows(Y, A), said, said[0], seed=0)
    assert (found.draw_sd, found.gain, found.gain_low, found.gain_high) == (
        pytest.approx(0, abs=1e-12),
        pytest.approx(0, abs=1e-12),
        pytest.approx(0, abs=1e-12),
        pytest.approx(0, abs=1e-12),
    )
    assert (found.low, found.high, found.beaten) == (found.mean, found.mean, 0.0)
    assert found.sampling_sd > 0.03  # the test rows' noise is still there: 25 rows in the worst group


def test_the_spread_is_the_one_put_in_and_the_noise_is_the_binomials(make_rows) -> None:
    """One group is far worse than all others, so the minimum is its accuracy: oracles are closed."""
    rng = np.random.default_rng(0)
    rates = np.where((Y == 1) & (A == 0), 0.5, 0.02)
    found = draw_spread(make_rows(Y, A), _wrong(rng, 200, rates), None, seed=0)
    expected = np.sqrt(0.5 * 0.5 / 25)
    assert found.draw_sd == pytest.approx(expected, rel=0.15)  # 200 fits: an sd is known to 5 %
    assert found.binomial_sd == pytest.approx(expected, rel=0.05)
    assert found.sampling_sd == pytest.approx(expected, rel=0.05)
    assert (found.average, found.gain, found.beaten) == (None, None, None)
    said = np.tile(_wrong(rng, 1, rates), (40, 1))
    for k in range(40):  # and fits that differ in known steps: 0 to 7 more rows of the worst group wrong
        said[k, np.flatnonzero((Y == 1) & (A == 0) & (said[0] == Y))[: k % 8]] ^= 1
    stepped = draw_spread(make_rows(Y, A), said, None, seed=0)
    assert stepped.draw_sd == pytest.approx(np.std(np.arange(40) % 8, ddof=1) / 25)
    assert stepped.high - stepped.low == pytest.approx(7 / 25)


def test_averaging_gains_where_fits_err_apart_and_the_interval_says_so(make_rows) -> None:
    rng = np.random.default_rng(0)
    rows = make_rows(Y, A)
    said = _wrong(rng, 21, 0.25)
    majority = (said.mean(axis=0) > 0.5).astype(int)
    found = draw_spread(rows, said, majority, seed=0)
    assert found.gain_low > 0.05
    assert found.beaten == 1.0
    null = draw_spread(rows, said, _wrong(rng, 1, 0.25)[0], seed=0)  # the "average" is one more fit
    assert null.gain_low < 0 < null.gain_high


def test_few_unlike_fits_leave_the_gain_open(make_rows) -> None:
    """Two good fits and two bad ones, next to no noise in the test rows: fits drawn again give the width."""
    said = np.tile(Y, (4, 1))
    said[2:, (Y == 1) & (A == 0)] ^= 1
    found = draw_spread(make_rows(Y, A), said, Y, seed=0)
    assert found.gain == 0.5
    assert (found.gain_low, found.gain_high) == pytest.approx((0.0, 1.0), abs=0.01)  # binomial(4, 1/2): 1 in 16 each


def test_the_interval_of_the_gain_holds_its_level_where_there_is_none(make_rows) -> None:
    """Null with imbalance: one group worse than the others, the average no better. 95 % of 60 runs, less noise."""
    rng, rows = np.random.default_rng(0), make_rows(Y, A)
    rates = np.where((Y == 1) & (A == 0), 0.4, 0.05)
    outside = 0
    for k in range(60):
        found = draw_spread(rows, _wrong(rng, 5, rates), _wrong(rng, 1, rates)[0], seed=k)
        outside += not found.gain_low <= 0 <= found.gain_high
    assert outside <= 9  # binomial(60, 0.05) is above 9 once in 1,500; the bootstrap of 25 rows is a little short


def test_clusters_widen_the_noise_and_an_absent_group_is_left_out(make_rows) -> None:
    rng = np.random.default_rng(0)
    by_cluster = rng.random(len(Y) // 5) < 0.3
    said = (Y ^ np.repeat(by_cluster, 5))[None]
    cluster = np.repeat(np.arange(len(Y) // 5), 5)
    alone = draw_spread(make_rows(Y, A), said, None, seed=0)
    clustered = draw_spread(make_rows(Y, A, cluster=cluster), said, None, seed=0)
    assert clustered.sampling_sd > 1.5 * alone.sampling_sd
    kept = (Y == 0) | (A == 1)
    found = draw_spread(make_rows(Y[kept], A[kept]), said[:, kept], None, seed=0)
    assert found.mean == min((said[0] == Y)[g == 2 * Y + A].mean() for g in (0, 1, 3))


def test_same_seed_same_numbers_in_plain_values(make_rows) -> None:
    said = _wrong(np.random.default_rng(0), 3, 0.2)
    first, again = (draw_spread(make_rows(Y, A), said, said[0], seed=4) for _ in range(2))
    assert first == again
    assert all(isinstance(v, (int, float, tuple)) for v in asdict(first).values())
    assert all(isinstance(v, (int, float, tuple)) for v in asdict(support_stability(np.eye(3)[:, None])).values())


def test_predictions_of_other_rows_are_refused(make_rows) -> None:
    said = _wrong(np.random.default_rng(0), 3, 0.2)
    with pytest.raises(InputError, match="predicted has shape"):
        draw_spread(make_rows(Y, A), said[:, 1:], None, seed=0)
    with pytest.raises(InputError, match="average has shape"):
        draw_spread(make_rows(Y, A), said, said[0, 1:], seed=0)
