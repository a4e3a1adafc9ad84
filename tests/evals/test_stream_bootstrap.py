"""The bootstrap from counts is the bootstrap of rows: exactly for few rows, in distribution for many."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from scipy.stats import ks_2samp, multinomial

from hindmost.evals.stream_bootstrap import drawn_right, kind_totals
from hindmost.evals.stream_outcomes import count_outcomes


def example(n=300, heads=4, seed=0):
    """Heads that mostly agree, over imbalanced groups, the last of them absent."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, n, p=[0.8, 0.15, 0.05])
    hard = rng.random((n, 1)) < 0.2 + 0.2 * group[:, None]
    right = np.where(rng.random((n, heads)) < 0.15, rng.random((n, heads)) < 0.5, ~hard)
    return group, right


def counted(group, right, n_groups=4):
    return count_outcomes([(group, right)], heads=right.shape[1], n_groups=n_groups)


def test_every_resample_of_four_rows_has_the_probability_of_the_multinomial():
    right = np.array([[True, False], [True, False], [False, False], [True, True]])
    seen = Counter(tuple(right[list(rows)].sum(axis=0)) for rows in product(range(4), repeat=4))
    outcomes = counted(np.zeros(4, np.int64), right, 1)
    shares = outcomes.count / 4
    law = Counter()
    for counts in product(range(5), repeat=len(shares)):
        if sum(counts) == 4:
            law[tuple(np.array(counts) @ outcomes.pattern)] += multinomial.pmf(counts, 4, shares)
    assert law.keys() == seen.keys()
    for value, times in seen.items():
        assert law[value] == pytest.approx(times / 4**4, abs=1e-12)  # both exact up to rounding


def test_against_rows_drawn_one_by_one():
    group, right = example()
    draws = 4000
    fast = drawn_right(counted(group, right), draws=draws, rng=np.random.default_rng(1))
    rng = np.random.default_rng(2)
    slow = np.zeros_like(fast)
    for draw in range(draws):
        for g in range(3):
            rows = np.flatnonzero(group == g)
            slow[draw, g] = right[rng.choice(rows, len(rows))].sum(axis=0)
    n = np.maximum(np.bincount(group, minlength=4), 1)[:, None]
    statistics = [lambda a: (a / n)[:, :3].min(axis=1)[:, 1] - (a / n)[:, :3].min(axis=1)[:, 0],
                  lambda a: (a / n)[:, :3].min(axis=1).max(axis=1),
                  lambda a: (a[:, 1, 2] - a[:, 1, 3]).astype(float)]  # fmt: skip
    for statistic in statistics:
        # Equal laws: a p-value under 1e-4 would be a one in ten thousand accident at these fixed seeds.
        assert ks_2samp(statistic(fast), statistic(slow)).pvalue > 1e-4
    for g in range(3):
        # 4,000 draws: the standard error of a covariance here is under 4 % of the product of the deviations.
        scale = np.sqrt(np.outer(slow[:, g].var(axis=0), slow[:, g].var(axis=0)))
        assert (np.abs(np.cov(fast[:, g].T) - np.cov(slow[:, g].T)) < 0.12 * scale).all()


def test_unpaired_draws_would_not_pass():
    """The before half: heads drawn apart lose their covariance, so the test above has something to see."""
    group, right = example()
    together = drawn_right(counted(group, right), draws=4000, rng=np.random.default_rng(1))[:, 1]
    apart = [drawn_right(counted(group, right[:, [h]]), draws=4000, rng=np.random.default_rng(h))[:, 1, 0]
             for h in (2, 3)]  # fmt: skip
    assert ks_2samp(together[:, 2] - together[:, 3], apart[0] - apart[1]).pvalue < 1e-6


def test_group_sizes_stay_and_an_absent_group_draws_nothing():
    group, right = example()
    drawn = drawn_right(counted(group, np.ones_like(right)), draws=50, rng=np.random.default_rng(0))
    assert (drawn == np.bincount(group, minlength=4)[:, None]).all()  # heads that are always right have no spread


def test_draws_come_in_chunks(monkeypatch):
    monkeypatch.setattr("hindmost.evals.stream_bootstrap._CELLS", 10)
    assert kind_totals(np.eye(3), np.array([1, 2, 3]), draws=7, rng=np.random.default_rng(0)).sum() == 42
