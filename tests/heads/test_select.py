"""Choosing among candidates: the criteria, ties, and the nested estimate of the winner."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.heads._select import CRITERIA, Selector, scores_of
from hindmost.heads._strata import read_strata

STRATA = np.repeat(np.arange(4), (90, 12, 7, 60))
Y = STRATA // 2


def _noise(k: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, (k, len(Y)))


def _slow(predicted: np.ndarray, by: np.ndarray) -> float:
    return min(float(np.mean([p == t for p, t, g in zip(predicted, Y, by) if g == value])) for value in set(by))


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_scores_are_those_of_a_slow_loop(seed: int) -> None:
    predicted = _noise(3, seed)
    right = predicted == Y
    groups, classes = read_strata(STRATA, Y, None), read_strata(None, Y, None)
    for k in range(3):
        assert scores_of(right, groups, "worst_group")[k] == pytest.approx(_slow(predicted[k], STRATA), abs=1e-12)
        assert scores_of(right, classes, "worst_class")[k] == pytest.approx(_slow(predicted[k], Y), abs=1e-12)
        assert scores_of(right, classes, "mean")[k] == pytest.approx(_slow(predicted[k], 0 * Y), abs=1e-12)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_batches_in_which_candidates_come_do_not_matter(criterion: str) -> None:
    predicted = _noise(40, 0)
    whole, parts = (Selector(Y, read_strata(STRATA, Y, None), criterion, seed=1) for _ in range(2))  # type: ignore[arg-type]
    whole.offer(predicted, range(40))
    for k in range(40):
        parts.offer(predicted[k : k + 1], [k])
    assert (whole.best, whole.score) == (parts.best, parts.score)
    np.testing.assert_array_equal(whole.predicted, parts.predicted)


def test_the_earlier_candidate_wins_a_tie() -> None:
    selector = Selector(Y, read_strata(STRATA, Y, None), "worst_group", seed=0)
    selector.offer(np.stack([Y, Y]), ["first", "second"])
    selector.offer(Y[None], ["third"])
    assert selector.best == "first"
    assert selector.score == 1.0


def test_the_winner_of_many_coins_looks_good_and_its_nested_estimate_does_not() -> None:
    """Null case: no candidate knows anything, and the rows are imbalanced."""
    seen, honest = [], []
    for seed in range(20):
        selector = Selector(Y, read_strata(STRATA, Y, None), "worst_class", seed=seed)
        selector.offer(_noise(300, seed), range(300))
        seen.append(selector.score)
        honest.append(min(np.mean(selector.predicted[c == Y] == c) for c in (0, 1)))
    assert np.mean(seen) > 0.56  # the winner's curse
    assert abs(np.mean(honest) - 0.5) < 0.05


def test_one_good_candidate_is_found_by_every_fold() -> None:
    good = np.where(np.random.default_rng(0).random(len(Y)) < 0.9, Y, 1 - Y)
    selector = Selector(Y, read_strata(STRATA, Y, None), "mean", seed=0)
    selector.offer(np.concatenate([_noise(5, 1), good[None]]), range(6))
    assert selector.best == 5
    np.testing.assert_array_equal(selector.predicted, good)


def test_a_stratum_of_one_row_is_an_error_and_never_a_winning_nan() -> None:
    strata = np.array([0] * 10 + [1] * 10 + [2])
    with pytest.raises(EmptyStratum, match="stratum 2 has 1"):
        Selector(strata // 2, read_strata(strata, strata // 2, None), "worst_group", seed=0)


def test_an_unknown_criterion_is_refused() -> None:
    with pytest.raises(InputError, match="worst_group, worst_class, mean"):
        Selector(Y, read_strata(STRATA, Y, None), "best", seed=0)  # type: ignore[arg-type]
