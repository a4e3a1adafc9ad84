"""0 for features that tell one thing each, 1 for features that tell both alike, whatever is done to single features."""

import numpy as np
import pytest

from hindmost.evals.entanglement import effective_number, entanglement
from hindmost.evals.feature_roles import feature_roles


@pytest.fixture
def rows(make_rows):
    group = np.repeat(np.arange(4), [400, 100, 150, 350])
    return make_rows(group // 2, group % 2)


def features(rows, of_class, of_cue, seed=0):
    """Features with these effects, in units of their sd."""
    means = np.outer(rows.y, of_class) + np.outer(rows.cue, of_cue)
    return means + np.random.default_rng(seed).normal(size=means.shape)


def index(rows, X):
    return entanglement(feature_roles(rows, X, level=0.05, seed=0))


EFFECT = np.linspace(0.5, 2, 20)
NONE = np.zeros(20)


def test_apart_is_0_alike_is_1_and_half_lies_between(rows):
    apart = index(rows, features(rows, np.r_[EFFECT, NONE], np.r_[NONE, EFFECT]))
    alike = index(rows, features(rows, EFFECT, EFFECT))
    half = index(rows, features(rows, np.r_[EFFECT, EFFECT, NONE], np.r_[NONE, EFFECT, EFFECT]))
    assert apart.value == pytest.approx(0, abs=0.02)
    assert alike.value == pytest.approx(1, abs=0.02)
    assert half.value == pytest.approx(0.5, abs=0.04)
    assert half.low < half.value < half.high
    assert half.high - half.low < 0.15


def test_the_population_value_is_covered(rows):
    """Effects 0.8 of the class on ten features, of the cue on five of them and five others: half of the profile."""
    a, b = np.r_[np.full(10, 0.8), np.zeros(5)], np.r_[np.zeros(5), np.full(10, 0.8)]
    found = [index(rows, features(rows, a, b, seed)) for seed in range(60)]
    assert np.mean([one.value for one in found]) == pytest.approx(0.5, abs=0.02)
    assert np.mean([one.low <= 0.5 <= one.high for one in found]) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 60)


def test_features_that_tell_nothing_do_not_move_it(rows):
    some = features(rows, np.r_[EFFECT, NONE], np.r_[EFFECT[::-1], NONE])
    noise = np.random.default_rng(9).normal(size=(len(rows), 600))
    assert index(rows, np.c_[some, noise]).value == pytest.approx(index(rows, some).value, abs=0.03)


def test_single_features_may_be_stretched_turned_reordered_and_copied(rows):
    X = features(rows, np.r_[EFFECT, NONE], np.r_[EFFECT[::-1], EFFECT])
    whole = index(rows, X)
    for other in (np.exp(X) * np.arange(1, 41), -X, X[:, ::-1], np.c_[X, X]):
        assert index(rows, other).value == pytest.approx(whole.value)


def test_nothing_told_has_no_entanglement(rows):
    nothing = np.random.default_rng(3).normal(size=(len(rows), 30))
    assert index(rows, nothing).value is None
    assert index(rows, features(rows, EFFECT, NONE)).value is None


def test_effective_number_counts_uncorrelated_features():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 30))
    assert effective_number(X) == pytest.approx(30, rel=0.02)
    assert effective_number(np.c_[X, X, np.ones(400)]) == pytest.approx(30, rel=0.03)
    assert effective_number(np.repeat(X[:, :1], 9, axis=1)) == pytest.approx(1)
    assert effective_number(X * 7 + 3) == pytest.approx(effective_number(X))
    wide = rng.normal(size=(60, 500))
    assert effective_number(wide) > 400  # plain: 500 / (1 + 500 / 60) = 54
    assert effective_number(wide.T[:60].T) == pytest.approx(effective_number(wide[:, :60]))
    assert effective_number(np.ones((10, 3))) is None
    assert effective_number(X[:3]) is None
