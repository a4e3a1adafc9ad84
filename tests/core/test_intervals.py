"""Intervals of proportions: coverage first, then an oracle, then the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from hindmost.core.intervals import clopper_pearson_lower, clopper_pearson_upper, newcombe, newcombe_bounds, wilson


@pytest.mark.parametrize("n", [5, 60, 200])
@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_one_sided_clopper_pearson_never_covers_too_seldom(n, level):
    k = np.arange(n + 1)
    lower, upper = clopper_pearson_lower(k, n, level=level), clopper_pearson_upper(k, n, level=level)
    for p in np.linspace(0.01, 0.99, 49):
        chance = binom.pmf(k, n, p)
        assert chance[lower > p].sum() <= level + 1e-12  # rounding of sums of n + 1 terms
        assert chance[upper < p].sum() <= level + 1e-12


def test_wilson_covers_about_as_often_as_it_says():
    k = np.arange(61)
    low, high = wilson(k, 60)
    covered = [binom.pmf(k, 60, p)[(low <= p) & (p <= high)].sum() for p in np.linspace(0.05, 0.95, 91)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)  # Brown, Cai, DasGupta 2001: near nominal on average
    assert min(covered) > 0.90


@given(st.integers(1, 3000), st.data())
def test_agrees_with_statsmodels_and_scipy(n, data):
    k = data.draw(st.integers(0, n))
    assert np.array(wilson(k, n)) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)
    lower, upper = clopper_pearson_lower(k, n, level=0.05), clopper_pearson_upper(k, n, level=0.05)
    exact = binomtest(k, n).proportion_ci(0.90, method="exact")
    assert (float(lower), float(upper)) == pytest.approx((exact.low, exact.high), abs=1e-9)


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_newcombe_agrees_with_statsmodels(n1, n2, data):
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    oracle = confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff")
    assert np.array(newcombe((k1, n1), (k2, n2))) == pytest.approx(oracle, abs=1e-12)


def test_newcombe_paired_is_the_correlated_form():
    # Newcombe 1998 (2635-2650), table II, cells 36, 12, 2, 0: method 10 prints 0.0569 to 0.3404 without correction.
    a, b, c, d = 36, 12, 2, 0
    phi = (a * d - b * c) / np.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    low, high = newcombe((a + b, 50), (a + c, 50), correlation=phi)
    assert (low, high) == pytest.approx((0.0569, 0.3404), abs=5e-5)


def largest_error(upper, n1, n2, margin):
    """How often at most a true difference of the margin is called smaller, summed exactly over both counts."""
    k1, k2 = np.arange(n1 + 1), np.arange(n2 + 1)
    called = (upper(k1[:, None], k2[None]) < margin).astype(float)
    rates = [margin + 0.01, margin + 0.02, *np.linspace(margin, 1, 18), 0.98, 0.99, 0.995]
    return max(float(binom.pmf(k1, n1, p) @ called @ binom.pmf(k2, n2, p - margin)) for p in rates)


@pytest.mark.parametrize(("n1", "n2"), [(60, 60), (600, 15), (15, 600), (600, 60), (642, 642)])
@pytest.mark.parametrize("margin", [0.05, 0.1])
def test_the_bounds_of_a_difference_err_no_more_often_than_their_level(n1, n2, margin):
    def decided(k1, k2):
        return newcombe_bounds((k1, n1), (k2, n2), level=0.05)[1]

    def for_the_eye(k1, k2):
        return newcombe((k1, n1), (k2, n2), level=0.10)[1]

    assert largest_error(decided, n1, n2, margin) <= 0.05
    assert largest_error(for_the_eye, n1, n2, margin) > (0.085 if min(n1, n2) == 15 else 0.05)  # before


@given(st.integers(1, 90), st.integers(1, 90), st.data())
def test_bounds_mirror_and_lie_outside_the_ends_for_the_eye(n1, n2, data):
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    lower, upper = newcombe_bounds((k1, n1), (k2, n2), level=0.05)
    mirrored = newcombe_bounds((k2, n2), (k1, n1), level=0.05)
    assert np.array([lower, upper]) == pytest.approx(-np.array(mirrored[::-1]))
    assert -1 <= lower <= k1 / n1 - k2 / n2 <= upper <= 1


def test_an_empty_group_keeps_its_place_and_says_nothing():
    for ends in (wilson([0, 3], [0, 4]), newcombe(([0, 3], [0, 4]), ([1, 3], [4, 4]))):
        assert np.isnan([ends[0][0], ends[1][0]]).all()
        assert not np.isnan([ends[0][1], ends[1][1]]).any()
    assert np.isnan(clopper_pearson_lower([0], [0], level=0.05)).all()
    assert np.isnan(clopper_pearson_upper([0], [0], level=0.05)).all()


def test_edges_touch_and_keep_width():
    low, high = wilson([0, 10], [10, 10])
    assert (low[0], high[1]) == (0.0, 1.0)
    assert high[0] > 0.2
    assert low[1] < 0.8
    assert float(clopper_pearson_lower(0, 10, level=0.05)) == 0.0
    assert float(clopper_pearson_upper(10, 10, level=0.05)) == 1.0
    assert float(clopper_pearson_lower(10, 10, level=0.05)) == pytest.approx(0.05 ** (1 / 10))


def test_fewer_effective_rows_widen_the_interval():
    low, high = wilson([90, 45, 9], [100, 50, 10])
    assert (np.diff(high - low) > 0).all()
    assert (np.diff(clopper_pearson_lower([90, 45, 9], [100, 50, 10], level=0.05)) < 0).all()
