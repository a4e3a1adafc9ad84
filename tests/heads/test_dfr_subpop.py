"""dfr-subpop: the benchmark's settings, one step by hand, and where SGD must end."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.heads._strata import read_strata
from hindmost.heads.dfr_subpop import DFRSubpop, Setting, _Race, setting


def test_settings_are_the_registrys() -> None:
    assert setting(0) == Setting(1e-3, 0.1, 108)
    found = [setting(k) for k in range(1, 400)]
    assert all(1e-4 <= s.lr <= 1e-2 and 1e-2 <= s.penalty <= 10**0.5 and 64 <= s.batch <= 107 for s in found)
    logs = np.log10([s.lr for s in found])
    assert abs(logs.mean() + 3) < 4 * 2 / math.sqrt(12 * 399)  # uniform on [-4, -2]: four standard errors
    assert len({s.penalty for s in found}) == 399


def test_settings_are_those_that_the_registry_printed() -> None:
    """Printed once by the benchmark's own registry, for Waterbirds and settings seeds 1, 2 and 15."""
    printed = {
        1: Setting(0.00010666868002536764, 0.019859802667237195, 85),
        2: Setting(0.00433977395009349, 0.04530742224756622, 80),
        15: Setting(0.006901984873198767, 0.03954504983592352, 73),
    }
    assert {k: setting(k) for k in printed} == printed


def _slow(
    X: NDArray[np.float64], y: NDArray[np.int64], W: NDArray[np.float64], s: Setting, draws: list[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """SGD with momentum, row by row: W (c, d + 1) with the intercepts last."""
    velocity = np.zeros_like(W)
    for drawn in draws:
        gradient = np.zeros_like(W)
        for i in drawn[: s.batch]:
            row = np.append(X[i], 1.0)
            scores = np.exp(W @ row)
            share = scores / scores.sum()
            share[y[i]] -= 1
            gradient += np.outer(share, row) / s.batch
        gradient[:, :-1] += s.penalty * np.sign(W[:, :-1])
        velocity = 0.9 * velocity + gradient
        W = W - s.lr * velocity
    return W


def test_steps_are_those_of_a_loop_over_rows() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 4)), np.arange(30) % 3
    settings = [Setting(0.05, 0.02, 7), Setting(0.01, 0.3, 4)]
    for k in range(2):
        race = _Race(settings, X, y, read_strata(None, y, None), 3)
        race.run(X, y, steps=6, every=100, rng=np.random.RandomState(3))  # looks at steps 0 and 5
        same = np.random.RandomState(3)
        start = same.uniform(-0.5, 0.5, (3, 5))
        draws = [same.randint(30, size=7) for _ in range(6)]
        ends = [_slow(X, y, start, settings[k], draws[: last + 1]) for last in (0, 5)]
        found = np.column_stack([race.coef[k], race.intercept[k]])
        # float32 products, six steps: a few units in the seventh digit
        assert min(np.abs(found - end).max() for end in ends) < 1e-5


def test_small_steps_end_near_the_optimum_of_the_penalised_loss() -> None:
    """Oracle: the same objective on all rows, L1 split into two parts, by L-BFGS-B."""
    rng = np.random.default_rng(1)
    y = np.arange(60) % 2
    X = rng.normal(size=(60, 3)) + 1.5 * y[:, None] * np.array([1.0, 0.0, 0.0])
    s = Setting(0.002, 0.05, 108)

    def loss(split: NDArray[np.float64]) -> float:
        up, down, b = split[:6].reshape(2, 3), split[6:12].reshape(2, 3), split[12:]
        scores = X @ (up - down).T + b
        logs = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(60), y]
        return float(logs.mean() + s.penalty * (up + down).sum())

    best = minimize(loss, np.zeros(14), bounds=[(0, None)] * 12 + [(None, None)] * 2).x
    oracle = (best[:6] - best[6:12]).reshape(2, 3)
    race = _Race([s], X, y, read_strata(None, y, None), 2)
    race.score[:] = -1
    race._look, ends = lambda W, step: ends.append(W[:-1].T.copy()), []  # type: ignore[method-assign]
    race.run(X, y, steps=4000, every=50, rng=np.random.RandomState(0))
    # batches of 108 rows at rate 0.002 and momentum 0.9: the mean of the last looks is within their noise
    np.testing.assert_allclose(np.mean(ends[-40:], axis=0), oracle, rtol=0, atol=0.05)


def test_the_earlier_checkpoint_and_the_later_setting_win_ties(shortcut: Callable[..., Features]) -> None:
    val = shortcut(strength=30.0).of("val")
    head = _short().fit(val.X, val.rows.y, strata=val.rows.strata)
    assert head.selected_["chosen_score"] == 1.0
    race = _Race([setting(0)] * 3, val.X, val.rows.y, read_strata(val.rows.strata, val.rows.y, 4), 2)
    race.score[:] = (0.5, 0.7, 0.7)
    assert race.best() == 2


def _short() -> DFRSubpop:
    return DFRSubpop(n_settings=3, steps=301, checkpoint_every=100, n_strata=4)


def test_chosen_on_rows_that_it_was_trained_on_and_says_so(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    head = _short().fit(val.X, val.rows.y, strata=val.rows.strata)
    right = head.predict(val.X) == val.rows.y
    worst = min(right[val.rows.strata == g].mean() for g in range(4))
    assert head.selected_["chosen_score"] == pytest.approx(worst)
    assert "trained on" in head.selected_["chosen_on"]


def test_nothing_to_run_is_refused() -> None:
    with pytest.raises(InputError, match="1 or more"):
        DFRSubpop(steps=0).fit(np.eye(4), [0, 1, 0, 1])
