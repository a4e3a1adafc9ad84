"""The minimum of noisy accuracies: its bias against simulated truth, one image, ties, empty and rare groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.rows import Naming, Rows
from hindmost.evals.worst_noise import worst_noise

NAMING = Naming(("a", "b"), ("p", "q"), ("place",))


def rows_of(n, cluster=None):
    group = np.repeat(np.arange(4), n)
    ids = np.array([str(i) for i in range(len(group))])
    return Rows(ids, group // 2, group % 2, np.full(len(group), 2), NAMING, cluster)


def answers(n, right):
    return np.concatenate([np.arange(size) < k for size, k in zip(n, right)])


def mean_minimum(n, p, draws=40_000):
    """Oracle: the plain simulation of the minimum."""
    rng = np.random.default_rng(9)
    return (rng.binomial(n, p, (draws, 4)) / np.asarray(n)).min(axis=1).mean()


def test_equal_groups_the_reference_sizes():
    """REFERENCE: four groups at 90 %, Waterbirds' test sizes: the minimum lies 0.95 points below."""
    n = (2255, 2255, 642, 642)
    found = worst_noise(rows_of(n), answers(n, [round(0.9 * size) for size in n]), seed=0)
    minimum = found.minimum
    assert found.shift_if_equal == pytest.approx(-0.0095, abs=5e-4)
    assert found.shift_if_equal == pytest.approx(mean_minimum(n, minimum) - minimum, abs=3e-4)
    assert found.shift == pytest.approx(mean_minimum(n, np.array([round(0.9 * s) / s for s in n])) - minimum, abs=3e-4)


def test_one_group_far_below_has_no_shift_and_one_image_is_its_share():
    n = (500, 500, 125, 500)
    found = worst_noise(rows_of(n), answers(n, [490, 480, 60, 470]), seed=0)
    assert (found.group, found.n, found.one_image) == ("b, p", 125, 1 / 125)
    assert found.shift == pytest.approx(0, abs=1e-3)
    assert [(one.group, one.share) for one in found.lowest] == [("b, p", 1.0)]
    assert found.spread == pytest.approx(np.sqrt(0.48 * 0.52 / 125), rel=0.03)


def test_the_true_bias_lies_between_the_two_shifts_on_average():
    """Close groups with imbalance: truth known, many data sets. The bootstrap says too little, the tie too much."""
    n, p = (300, 300, 40, 60), np.array([0.9, 0.9, 0.88, 0.88])
    rng = np.random.default_rng(1)
    shifts, ties = [], []
    for right in rng.binomial(n, p, (60, 4)):
        found = worst_noise(rows_of(n), answers(n, right), seed=0)
        shifts.append(found.shift)
        ties.append(found.shift_if_equal)
    bias = mean_minimum(n, p) - p.min()
    assert np.mean(ties) < bias < np.mean(shifts) < 0


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4), st.integers(0, 100))
def test_empty_and_rare_groups(n, seed):
    rng = np.random.default_rng(seed)
    right = rng.random(sum(n)) < 0.7
    found = worst_noise(rows_of(n), right, seed=0)
    if not sum(n):
        assert found is None
        return
    assert found.shift <= 1e-9 + 4 * found.spread / np.sqrt(found.draws)
    assert found.shift_if_equal <= 4 * 0.5 / np.sqrt(found.n * found.draws)
    assert n[NAMING.groups.index(found.group)] == found.n > 0
    assert sum(one.share for one in found.lowest) <= 1 + 1e-9


def test_clusters_are_drawn_whole_and_the_same_seed_gives_the_same_record():
    n = (200, 200, 200, 200)
    right = answers(n, [180, 180, 150, 180])
    alone = worst_noise(rows_of(n), right, seed=0)
    pairs = worst_noise(rows_of(n, np.arange(800) // 4), right, seed=0)
    assert pairs.spread == pytest.approx(2 * alone.spread, rel=0.1)
    assert worst_noise(rows_of(n), right, seed=0) == alone
