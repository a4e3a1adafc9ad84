"""Tango's paired interval: the score equation first, then published runs, then coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom, norm

from hindmost.core.paired import rows_to_exclude, tango, tango_bound, tango_lower


def slow_lower(b, c, n, level):
    """The same bound from the likelihood itself: maximise over the rate of broken rows, then solve for z."""

    def statistic(difference):
        def loss(q):
            cells = np.array([q + difference, q, 1 - 2 * q - difference])
            counts = np.array([b, c, n - b - c])
            return np.inf if (cells < 0).any() else -(counts * np.log(np.maximum(cells, 1e-300))).sum()

        q = minimize_scalar(
            loss, bounds=(max(0, -difference), (1 - difference) / 2), method="bounded", options={"xatol": 1e-12}
        ).x
        return (b - c - n * difference) / np.sqrt(n * (2 * q + difference * (1 - difference))) - norm.ppf(1 - level)

    return brentq(statistic, -0.999, (b - c) / n - 1e-9, xtol=1e-10)


@pytest.mark.parametrize(("b", "c", "n"), [(12, 2, 50), (3, 9, 40), (1, 1, 30), (28, 25, 618), (0, 4, 25)])
def test_solves_the_score_equation_of_the_restricted_likelihood(b, c, n):
    # The slow optimiser stops at about 1e-6 in the nuisance rate.
    assert float(tango_lower(b, c, n, level=0.05)) == pytest.approx(slow_lower(b, c, n, 0.05), abs=2e-5)


def test_published_run():
    # R, PropCIs::scoreci.mp(25, 28, 618), 90 %, printed with four decimals.
    assert np.array(tango(28, 25, 618, level=0.10)) == pytest.approx([-0.0148, 0.0247], abs=5e-5)


def test_nothing_changed_still_has_width():
    z2 = norm.ppf(0.975) ** 2
    assert np.array(tango(0, 0, 100)) == pytest.approx([-z2 / (100 + z2), z2 / (100 + z2)])


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200))
def test_mirrors_and_brackets_its_estimate(b, c, same):
    n = b + c + same
    low, high = (float(end) for end in tango(b, c, n))
    if n == 0:
        assert np.isnan([low, high]).all()
        return
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert np.array(tango(c, b, n)) == pytest.approx([-high, -low])
    assert float(tango_lower(b, c, n, level=0.025)) == pytest.approx(low)


@pytest.mark.parametrize(
    ("gain", "loss", "n"), [(0.10, 0.10, 60), (0.02, 0.07, 150), (0.0, 0.05, 100), (0.01, 0.0, 300)]
)
def test_covers_about_as_often_as_it_says(gain, loss, n):
    draws = np.random.default_rng(0).multinomial(n, [gain, loss, 1 - gain - loss], size=4000)
    low, high = tango(draws[:, 0], draws[:, 1], n)
    truth = gain - loss
    assert ((low <= truth) & (truth <= high)).mean() > 0.93  # score intervals dip a little under nominal
    lower = tango_lower(draws[:, 0], draws[:, 1], n, level=0.05)
    # A score bound is near nominal, not exact: with 3 changed rows expected one side may miss in 8 % of data sets.
    assert (lower > truth).mean() < (0.085 if n * (gain + loss) < 5 else 0.065)


@given(st.floats(0, 0.3), st.floats(0, 0.3), st.sampled_from([0.01, 0.05, 0.1]))
def test_rows_to_exclude_is_the_smallest_number_that_does(fixed, broken, margin):
    needed = rows_to_exclude(fixed, broken, margin=margin, level=0.05)
    if not np.isfinite(needed) or needed > 1e6:
        assert needed > 1e6
        return
    enough, short = np.floor(needed) + 2, np.ceil(needed) - 2
    assert float(tango_bound(fixed * enough, broken * enough, enough, level=0.05)) > -margin
    if short >= 1:
        assert float(tango_bound(fixed * short, broken * short, short, level=0.05)) <= -margin


def largest_error(bound, n, margin, level):
    """How often at most a true loss of the margin is called excluded, summed exactly over all counts.

    The largest value over rates of fixed rows from none to "every row disagrees".
    """
    broken = np.arange(n + 1)
    low, high = np.full(n + 1, -1), n - broken + 1  # fewest fixed rows at which the loss is called excluded
    while (high - low > 1).any():
        middle = (low + high) // 2
        passed = bound(middle, broken, n, level=level) > -margin
        low, high = np.where(passed, low, middle), np.where(passed, middle, high)
    fixed_rate = np.concatenate([[0, 1e-3, 5e-3], np.linspace(0.01, (1 - margin) / 2, 12)])[:, None]
    rest = np.minimum(fixed_rate / (1 - fixed_rate - margin), 1.0)
    tail = np.where(high <= n - broken, binom.sf(high - 1, n - broken, rest), 0.0)
    return float((binom.pmf(broken, n, fixed_rate + margin) * tail).sum(axis=1).max())


@pytest.mark.parametrize("level", [0.05 / 3, 0.05, 0.1])
def test_the_bound_for_decisions_errs_no_more_often_than_its_level(level):
    sizes = [*range(5, 125, 7), 52, 65, 200, 642]
    worst = max(largest_error(tango_bound, n, margin, level) for n in sizes for margin in (0.02, 0.05, 0.1))
    assert worst <= 1.02 * level  # 1.003 at 0.05; the largest where every row disagrees
    # Before: the score bound without the correction.
    assert max(largest_error(tango_lower, n, 0.05, level) for n in sizes) > 1.3 * level


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200))
def test_the_bound_for_decisions_lies_below_the_end_for_the_eye_by_less_than_two_rows(b, c, same):
    n = b + c + same
    if n == 0:
        assert np.isnan(tango_bound(0, 0, 0, level=0.05))
        return
    bound, end = float(tango_bound(b, c, n, level=0.05)), float(tango_lower(b, c, n, level=0.05))
    assert -1 <= bound <= end
    assert float(tango_bound(b + 1, c, n + 1, level=0.05)) >= bound - 1e-12  # one more fixed row never lowers it


def test_a_loss_at_the_margin_is_never_excluded():
    assert rows_to_exclude(0.0, 0.05, margin=0.05, level=0.05) == float("inf")
