"""The change of the worst group: how often its interval misses, ties first; then a slow loop and the corners."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.intervals import newcombe_bounds
from hindmost.core.paired import tango_bound
from hindmost.core.worst_change import PairedCounts, worst_change_bounds

APART, TIED = (0.9, 0.9, 0.7, 0.9), (0.7, 0.7, 0.7, 0.7)


def draw(sizes, before, after, rng):
    """Heads that are right independently of one another."""
    n = np.array(sizes)
    cells = np.stack([[a * (1 - b), b * (1 - a), a * b, (1 - a) * (1 - b)] for b, a in zip(before, after)])
    fixed, broken, both, _ = np.array([rng.multinomial(size, p) for size, p in zip(n, cells)]).T
    return PairedCounts(*(each.astype(float) for each in (n, broken + both, fixed + both, fixed, broken)))


@pytest.mark.parametrize("sizes", [(15,) * 4, (60,) * 4, (600,) * 4, (900, 100, 100, 900), (990, 10, 10, 990)])
@pytest.mark.parametrize(("before", "after"), [(APART, TIED), (TIED, APART), (TIED, TIED), (APART, APART)])
def test_a_change_of_nothing_is_seldom_called_a_fall_or_a_gain(sizes, before, after):
    rng = np.random.default_rng(0)
    ends = np.array([worst_change_bounds(draw(sizes, before, after, rng)) for _ in range(300)])
    # 2.5 % on each side, with three standard errors of 300 data sets.
    assert (ends[:, 1] < 0).mean() <= 0.025 + 0.027
    assert (ends[:, 0] > 0).mean() <= 0.025 + 0.027


def test_the_bootstrap_that_it_replaces_calls_a_tie_a_fall():
    """The before half: the minimum of four tied groups is biased down, and a percentile interval keeps the bias."""
    rng, falls = np.random.default_rng(1), 0
    for _ in range(200):
        counts = draw((60,) * 4, APART, TIED, rng)
        both = counts.after - counts.fixed
        cells = np.stack([counts.fixed, counts.broken, both, counts.n - both - counts.fixed - counts.broken], axis=1)
        drawn = np.stack([rng.multinomial(60, row / 60, size=400) for row in cells], axis=1)  # (draws, g, 4)
        after, before = ((drawn[..., k] + drawn[..., 2]).min(axis=1) / 60 for k in (0, 1))
        falls += np.quantile(after - before, 0.975) < 0
    assert falls / 200 > 0.10


counts = st.lists(st.tuples(*[st.integers(0, 12)] * 4).filter(any), min_size=1, max_size=4)


@given(counts)
def test_agrees_with_a_slow_loop_and_brackets_the_change(table):
    n, before, after, fixed, broken = (
        np.array(each, dtype=float) for each in zip(*[(f + b + k + w, b + k, f + k, f, b) for f, b, k, w in table])
    )
    low, high = worst_change_bounds(PairedCounts(n, before, after, fixed, broken), level=0.1)
    groups, each = range(len(n)), 0.1 / (2 * len(n))

    def ends(g, h):
        if g == h:
            down = float(tango_bound(fixed[g], broken[g], n[g], level=each))
            return down, -float(tango_bound(broken[g], fixed[g], n[g], level=each))
        return tuple(float(e) for e in newcombe_bounds((after[g], n[g]), (before[h], n[h]), level=each))

    assert low == pytest.approx(max(min(ends(g, h)[0] for g in groups) for h in groups))
    assert high == pytest.approx(min(max(ends(g, h)[1] for h in groups) for g in groups))
    change = (after / n).min() - (before / n).min()
    assert -1 <= low <= change + 1e-9
    assert change - 1e-9 <= high <= 1


def test_a_clear_gain_and_a_clear_fall_are_seen():
    columns = ([600] * 4, [540, 360, 300, 540], [540, 510, 480, 540], [0, 150, 180, 0], [0] * 4)
    better = PairedCounts(*(np.array(each, dtype=float) for each in columns))
    low, high = worst_change_bounds(better)
    assert 0.2 < low < 0.3 < high < 0.4
    worse = PairedCounts(better.n, better.after, better.before, better.broken, better.fixed)
    assert worst_change_bounds(worse) == pytest.approx((-high, -low))
