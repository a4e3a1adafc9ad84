"""Step-down sign flips: exact on few clusters, and the family-wise rate of a false finding is held."""

from itertools import product

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from hindmost.evals._max_t import step_down


def every_flip(change, cluster):
    """The adjusted p-values over all sign patterns, by loops."""
    ids = sorted(set(cluster.tolist()))
    sums = np.array([[change[cluster == c, k].sum() for k in range(change.shape[1])] for c in ids])
    size = np.sqrt((sums**2).sum(axis=0))
    patterns = [np.array(signs) for signs in product([-1, 1], repeat=len(ids))]
    drawn = np.array([[abs(signs @ sums[:, k]) / size[k] for k in range(len(size))] for signs in patterns])
    seen = np.abs(sums.sum(axis=0)) / size
    order = np.argsort(-seen)
    p, least = np.empty(len(seen)), 0.0
    for i, k in enumerate(order):
        least = max(least, np.mean(drawn[:, order[i:]].max(axis=1) >= seen[k] - 1e-9))
        p[k] = least
    return p


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_every_flip(seed):
    rng = np.random.default_rng(seed)
    change = rng.normal([1.0, 0.4, 0.0, -0.2], size=(14, 4))
    cluster = np.repeat(np.arange(7), 2)
    found = step_down(change, cluster, seed=1, flips=20_000)
    assert found == pytest.approx(every_flip(change, cluster), abs=0.015)  # 20,000 draws: three deviations at p = 0.5


def test_columns_without_pairs_or_without_change():
    change = np.stack([np.full(30, np.nan), np.zeros(30), np.linspace(1, 2, 30)], axis=1)
    found = step_down(change, np.arange(30), seed=0)
    assert np.isnan(found[0])
    assert found[1] == 1
    assert found[2] < 0.001
    assert step_down(np.zeros((0, 2)), np.zeros(0, dtype=np.int64), seed=0).shape == (2,)


def test_a_few_clusters_alone_cannot_be_found():
    change = np.zeros((200, 2))
    change[:4, 0] = 1.0  # four images that agree: 2 / 2^4 at best
    change[:, 1] = np.random.default_rng(0).normal(size=200)
    assert step_down(change, np.arange(200), seed=0)[0] > 0.1
    assert step_down(np.repeat(change, 5, axis=0), np.repeat(np.arange(200), 5), seed=0)[0] > 0.1  # five rows each


def test_same_seed_same_numbers_and_never_below_the_unadjusted():
    rng = np.random.default_rng(3)
    change = rng.normal(0.15, 1, size=(80, 6))
    both = [step_down(change, np.arange(80), seed=5) for _ in range(2)]
    np.testing.assert_array_equal(*both)
    alone = np.array([step_down(change[:, [k]], np.arange(80), seed=5)[0] for k in range(6)])
    assert (both[0] >= alone - 0.01).all()


def test_other_draws_would_rarely_give_a_larger_p():
    change = np.random.default_rng(4).normal(0.45, 1, size=(12, 1))
    exact = every_flip(change, np.arange(12))[0]
    assert 0.01 < exact < 0.2
    found = np.array([step_down(change, np.arange(12), seed=seed, flips=999)[0] for seed in range(400)])
    assert (found < exact).mean() <= 0.03  # 1 % by the bound; 13 of 400 come once in 3,000 times
    assert found.mean() < exact + 4 * np.sqrt(exact * (1 - exact) / 999)  # and it is no wider than the draws ask for


def test_the_least_p_is_the_bound_of_no_flip_in_all_draws():
    found = step_down(np.linspace(1, 2, 60)[:, None], np.arange(60), seed=0, flips=4_999)[0]
    assert found == pytest.approx(proportion_confint(0, 4_999, alpha=0.02, method="beta")[1])
