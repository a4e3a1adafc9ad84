"""What holds at an optimum, and what a certificate may say."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit, logsumexp, softmax

from hindmost.heads._solver import Penalty, Problem, Solution, solve_many, solve_path

PENALTIES = [Penalty(ratio, where) for ratio in (1.0, 0.4, 0.0) for where in ("penalised", "free")]
Make = Callable[..., Problem]


def _objective(problem: Problem, s: NDArray[np.float64], fit: Solution, penalty: Penalty) -> float:
    """Slow and separate: row by row."""
    total = 0.0
    for x, k, weight in zip(problem.X, problem.y, s):
        f = fit.coef @ x + fit.intercept
        total += weight * float(np.logaddexp(0, -(2 * k - 1) * f[0]) if len(f) == 1 else logsumexp(f) - f[k])
    w = fit.coef if penalty.intercept == "free" else np.column_stack([fit.coef, fit.intercept])
    return fit.C * total + penalty.l1_ratio * np.abs(w).sum() + (1 - penalty.l1_ratio) / 2 * (w**2).sum()


def _slopes(problem: Problem, s: NDArray[np.float64], fit: Solution) -> NDArray[np.float64]:
    """Derivative of the loss term in weights and intercept, (r, d + 1)."""
    F = problem.X @ fit.coef.T + fit.intercept
    if len(fit.coef) == 1:
        R = expit(F) - problem.y[:, None]
    else:
        R = softmax(F, axis=1) - np.eye(problem.n_classes)[problem.y]
    return np.asarray(fit.C * (s[:, None] * R).T @ np.column_stack([problem.X, np.ones(len(F))]))


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("shape", [(60, 90), (150, 20)])
def test_subgradient_conditions_hold_on_every_feature(
    make: Make, penalty: Penalty, n_classes: int, shape: tuple[int, int]
) -> None:
    problem = make(*shape, n_classes)
    s = np.random.default_rng(1).uniform(0, 2, shape[0])
    for fit in solve_path(problem, [0.02, 0.3, 2.0], penalty=penalty, weights=s, tol=1e-10):
        assert fit.certificate.certified
        V = _slopes(problem, s, fit)
        w = np.column_stack([fit.coef, fit.intercept])
        if penalty.intercept == "free":
            np.testing.assert_allclose(V[:, -1], 0, atol=1e-6)
            V, w = V[:, :-1], w[:, :-1]
        slope = V + (1 - penalty.l1_ratio) * w
        kept = w != 0
        # a relative gap of 1e-10 leaves violations of about its square root where the penalty is curved
        assert np.abs(slope[~kept]).max(initial=0) <= penalty.l1_ratio + 2e-4
        np.testing.assert_allclose(slope[kept], -penalty.l1_ratio * np.sign(w[kept]), atol=2e-4)


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_gap_bounds_the_distance_to_the_optimum(make: Make, penalty: Penalty, n_classes: int) -> None:
    problem, s = make(40, 60, n_classes), np.ones(40)
    best = [_objective(problem, s, fit, penalty) for fit in solve_path(problem, [0.05, 1], penalty=penalty, tol=1e-11)]
    for tol in (1e-1, 1e-2, 1e-4):
        for fit, optimum in zip(solve_path(problem, [0.05, 1], penalty=penalty, tol=tol), best):
            found = fit.certificate
            value = _objective(problem, s, fit, penalty)
            assert found.objective == pytest.approx(value, rel=1e-12)
            assert 0 <= found.gap <= tol
            # the reference is itself within 1e-11 of the optimum
            assert -1e-10 <= (value - optimum) / value <= found.gap + 1e-10
            assert found.certified


def test_before_it_converges_the_gap_is_wide(make: Make) -> None:
    loose, tight = (solve_path(make(), 1.0, tol=tol)[0].certificate for tol in (0.5, 1e-8))
    assert loose.gap > 1e-3 > tight.gap
    assert loose.objective > tight.objective


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_a_tolerance_out_of_reach_is_not_certified(make: Make, penalty: Penalty) -> None:
    fit = solve_path(make(30, 40), 0.5, penalty=penalty, tol=1e-40)[0]
    assert not fit.certificate.certified
    assert not fit.fit.converged
    assert fit.certificate.gap < 1e-8  # it came close all the same


@pytest.mark.parametrize("where", ["penalised", "free"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_nothing_is_kept_below_the_critical_C_and_something_above(make: Make, where: str, n_classes: int) -> None:
    problem, penalty = make(50, 30, n_classes), Penalty(1.0, where)
    onehot = np.eye(n_classes)[problem.y]
    prior = onehot.mean(axis=0) if where == "free" else np.full(n_classes, 1 / n_classes)
    rows = problem.X if where == "free" else np.column_stack([problem.X, np.ones(50)])
    slopes = rows.T @ (onehot - prior)
    critical = 1 / np.abs(slopes[:, 1:] if n_classes == 2 else slopes).max()
    below, above = solve_path(problem, [0.999 * critical, 1.05 * critical], penalty=penalty, tol=1e-8)
    assert not below.coef.any()
    np.testing.assert_allclose(
        softmax(np.append(0, below.intercept)) if n_classes == 2 else softmax(below.intercept), prior, atol=1e-7
    )
    assert above.coef.any() or above.intercept.any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(PENALTIES), st.integers(2, 4), st.floats(0.01, 20))
def test_any_weights_rows_absent_or_rare_are_certified(seed: int, penalty: Penalty, n_classes: int, C: float) -> None:
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(8, 40)), int(rng.integers(1, 50))
    y = rng.integers(0, n_classes, n)
    y[:n_classes] = np.arange(n_classes)
    s = rng.choice([0.0, 0.1, 1.0, 30.0], n)
    s[:n_classes] = 1.0  # each class keeps a row: a free intercept has an optimum
    problem = Problem(rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-1, 1, d), y, n_classes)
    found = solve_path(problem, C, penalty=penalty, weights=s, tol=1e-5)[0].certificate
    assert found.certified, found


@pytest.mark.parametrize("seed", range(12))
def test_weights_that_ask_to_enter_late_are_let_in(make: Make, seed: int) -> None:
    """Rounds went by without a new weight, then one violated again: such fits once ended early, uncertified."""
    problem = make(120, 500, 2, seed)
    scaled = Problem(problem.X * np.random.default_rng(seed).lognormal(size=500), problem.y)
    for fit in solve_path(scaled, [1.0, 10.0]) + solve_path(scaled, 3.0, tol=1e-7):
        assert fit.certificate.certified, fit.certificate


@pytest.mark.parametrize("ratio", [1.0, 0.4, 0.0])
def test_classes_that_a_plane_separates_have_finite_certified_fits(ratio: float) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    X = np.column_stack([10.0 * (2 * y - 1) + rng.normal(size=40), rng.normal(size=(40, 5))])
    fit = solve_path(Problem(X, y), 100.0, penalty=Penalty(ratio), tol=1e-8)[0]
    assert fit.certificate.certified
    assert ((fit.scores(X)[:, 0] > 0) == y).all()


def test_one_class_alone_has_a_penalised_fit() -> None:
    for many in (solve_many, None):
        problem = Problem(np.random.default_rng(0).normal(size=(10, 3)), np.ones(10, dtype=int))
        fit = solve_path(problem, 1.0)[0] if many is None else solve_many(problem, np.ones((2, 10)), 1.0)[1][0]
        assert fit.certificate.certified
        assert fit.intercept[0] > 0
