"""Several runs: a loop as oracle, both kinds of noise, nothing where nothing is."""

import numpy as np
import pytest
from scipy.stats import t

from hindmost.core.errors import InputError
from hindmost.core.rows import Naming, Rows
from hindmost.evals.several_runs import pooled_worst

NAMING = Naming(("a", "b"), ("p", "q"), ("place",))


def rows_of(n, cluster=None):
    group = np.repeat(np.arange(4), n)
    return Rows(np.arange(len(group)).astype(str), group // 2, group % 2, np.full(len(group), 2), NAMING, cluster)


def drawn(rows, rates, rng, runs=4, run_noise=0.0):
    """Right or wrong with a rate for each group that moves from run to run."""
    own = np.clip(np.asarray(rates) + rng.normal(0, run_noise, (runs, 4)), 0, 1)
    return rng.random((runs, len(rows))) < own[:, rows.group]


def loop(rows, before, after, draws=1500):
    """Oracle: draw positions group by group and runs, one draw at a time."""
    rng = np.random.default_rng(8)
    places = [np.flatnonzero(rows.group == g) for g in np.unique(rows.group)]
    found = []
    for _ in range(draws):
        at = [rng.choice(place, len(place)) for place in places]
        runs = rng.integers(len(before), size=len(before) - 1)
        worst = [np.mean([min(right[run, p].mean() for p in at) for run in runs]) for right in (before, after)]
        found.append(worst[1] - worst[0])
    return np.std(found, ddof=1)


def test_the_interval_is_that_of_a_plain_loop():
    rng = np.random.default_rng(0)
    rows = rows_of((200, 150, 40, 30))
    before = drawn(rows, (0.95, 0.7, 0.5, 0.9), rng, run_noise=0.05)
    after = drawn(rows, (0.9, 0.8, 0.75, 0.85), rng, run_noise=0.05)
    first, then, change = pooled_worst(rows, before, after, seed=0)
    spread = loop(rows, before, after)
    per_run = [
        [min(right[run, rows.group == g].mean() for g in range(4)) for right in (before, after)] for run in range(4)
    ]
    assert (first.mean, then.mean) == pytest.approx(np.mean(per_run, axis=0))
    differences = np.diff(per_run, axis=1)
    assert change.run_sd == pytest.approx(np.std(differences, ddof=1))
    freedom = 3 * (spread**2 / (np.var(differences, ddof=1) / 4)) ** 2
    assert (change.high - change.low) / 2 == pytest.approx(t.ppf(0.975, freedom) * spread, rel=0.08)


def test_equal_runs_leave_the_noise_of_the_rows_alone():
    """The interval of one group is then that of its binomial."""
    rows = rows_of((0, 0, 400, 0))
    right = np.tile(np.arange(400) < 320, (3, 1))
    first, then, change = pooled_worst(rows, right, right, seed=0)
    assert (first.run_sd, change.mean, change.low, change.high) == pytest.approx((0, 0, 0, 0), abs=1e-12)
    assert (first.high - first.low) / 2 == pytest.approx(1.96 * np.sqrt(0.8 * 0.2 / 400), rel=0.06)
    assert then == first


@pytest.mark.parametrize("runs", [2, 3, 8])
def test_the_noise_of_runs_has_the_size_of_a_mean_over_runs(runs):
    """Nearly no row noise: the spread of the draws is sd / sqrt(n), also for two runs."""
    rows = rows_of((0, 0, 20_000, 0))
    rates = np.linspace(0.6, 0.8, runs)
    right = np.arange(20_000) < np.round(20_000 * rates)[:, None]
    first, _, _ = pooled_worst(rows, right, None, seed=0)
    seen = right.mean(axis=1)
    assert first.run_sd == pytest.approx(seen.std(ddof=1))
    half = t.ppf(0.975, runs - 1) * seen.std(ddof=1) / np.sqrt(runs)
    ends = max(0, seen.mean() - half), min(1, seen.mean() + half)
    assert (first.low, first.high) == pytest.approx(ends, abs=0.01)


def test_without_a_change_the_interval_covers_zero_at_its_level():
    """Null with imbalance: before and after from the same rates, runs and rows anew in each data set."""
    rng = np.random.default_rng(1)
    rows, missed = rows_of((300, 300, 30, 60)), 0
    for _ in range(100):
        before, after = (drawn(rows, (0.95, 0.9, 0.8, 0.85), rng, runs=3, run_noise=0.03) for _ in range(2))
        _, _, change = pooled_worst(rows, before, after, seed=0)
        missed += not change.low <= 0 <= change.high
    assert missed <= 14, "a nominal 5 of 100, and 14 is beyond chance"


def test_clusters_are_drawn_whole():
    rng = np.random.default_rng(2)
    alone = rows_of((0, 0, 400, 0))
    once = drawn(rows_of((0, 0, 100, 0)), (0, 0, 0.8, 0), rng, runs=1)
    right = np.tile(np.repeat(once, 4, axis=1), (3, 1))
    whole = rows_of((0, 0, 400, 0), np.arange(400) // 4)
    widths = [pooled_worst(rows, right, None, seed=0)[0] for rows in (alone, whole)]
    assert widths[1].high - widths[1].low == pytest.approx(2 * (widths[0].high - widths[0].low), rel=0.06)


def test_same_seed_same_record_and_one_run_is_refused():
    rng = np.random.default_rng(3)
    rows = rows_of((20, 3, 1, 5))
    right = drawn(rows, (0.9, 0.5, 0.5, 0.5), rng)
    assert pooled_worst(rows, right, right, seed=0) == pooled_worst(rows, right, right, seed=0)
    for bad in (right[:1], right[:, 1:]):
        with pytest.raises(InputError, match="two or more runs over 29 test rows"):
            pooled_worst(rows, bad, None, seed=0)
