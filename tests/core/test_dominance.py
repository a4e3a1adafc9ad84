"""Somers' D: an oracle, coverage under unequal sizes and spreads, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, somersd

from hindmost.core.dominance import dominance

numbers = st.lists(st.integers(-3, 3), min_size=1, max_size=12)


@given(numbers, numbers)
def test_agrees_with_every_pair_written_out(first, second):
    found = dominance(np.array(first, dtype=float), np.array(second, dtype=float))
    pairs = np.sign(np.subtract.outer(second, first))
    assert found.somers() == pytest.approx(pairs.mean())
    low, high = found.interval(0.05)
    assert -1 <= low <= found.somers() + 1e-12
    assert found.somers() - 1e-12 <= high <= 1


def test_agrees_with_scipy():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=40), rng.normal(0.5, 1, size=25)
    table = somersd(np.repeat([0, 1], [40, 25]), np.concatenate([first, second])).statistic
    assert dominance(first, second).somers() == pytest.approx(table)


def test_delong_variance_agrees_with_the_formula_written_out():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=15).round(1), rng.normal(1, 1, size=9).round(1)
    kernel = (np.sign(np.subtract.outer(second, first)) + 1) / 2  # (9, 15)
    slow = kernel.mean(axis=0).var(ddof=1) / 15 + kernel.mean(axis=1).var(ddof=1) / 9
    assert dominance(first, second).variance == pytest.approx(slow)


@pytest.mark.parametrize(("m", "n", "shift", "spread"), [(90, 10, 0.0, 1.0), (99, 5, 1.0, 1.0), (60, 60, 0.5, 3.0)])
def test_covers_at_least_about_as_often_as_it_says(m, n, shift, spread):
    rng = np.random.default_rng(2)
    truth = 2 * norm.cdf(shift / np.hypot(1, spread)) - 1
    ends = [dominance(rng.normal(size=m), rng.normal(shift, spread, size=n)).interval(0.05) for _ in range(400)]
    assert np.mean([low <= truth <= high for low, high in ends]) > 0.92


def test_perfect_order_keeps_width():
    low, high = dominance(np.zeros(20), np.ones(5)).interval(0.05)
    assert high == 1.0
    assert low < 0.95
    low, high = dominance(np.ones(1), np.zeros(1)).interval(0.05)
    assert low == -1.0
    assert high > 0.0


def test_clusters_of_one_row_are_delong_and_repeated_rows_add_nothing():
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=60), rng.normal(0.3, 1, size=40)
    plain = dominance(first, second)
    single = dominance(first, second, np.arange(100))
    assert single.variance == pytest.approx(plain.variance, rel=0.03)  # 100/99 for 60/59 and 40/39
    tripled = dominance(np.repeat(first, 3), np.repeat(second, 3), np.repeat(np.arange(100), 3))
    assert tripled.variance == pytest.approx(single.variance)
    assert tripled.first == pytest.approx(60)
    assert tripled.interval(0.05) == pytest.approx(single.interval(0.05))
