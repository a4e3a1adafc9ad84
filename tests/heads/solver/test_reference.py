"""Against scikit-learn, and the pieces against slow or exact oracles."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, LogisticRegression

from hindmost.core.errors import InputError
from hindmost.heads._solver import Penalty, Problem, solve_path
from hindmost.heads._solver.losses import loss_of
from hindmost.heads._solver.quadratic import minimise

Make = Callable[..., Problem]
ALL = [(ratio, where, c) for ratio in (1.0, 0.5, 0.0) for where in ("penalised", "free") for c in (2, 3)]


@pytest.mark.parametrize(("ratio", "where", "n_classes"), ALL)
def test_both_backends_agree_and_certify(make: Make, ratio: float, where: str, n_classes: int) -> None:
    problem, penalty = make(80, 25, n_classes), Penalty(ratio, where)
    s = np.random.default_rng(2).uniform(0.2, 2, 80)
    ours, theirs = (
        solve_path(problem, [0.02, 0.2], penalty=penalty, weights=s, tol=1e-7, backend=name)
        for name in ("hindmost", "sklearn")
    )
    for mine, other in zip(ours, theirs):
        assert mine.certificate.certified
        assert other.certificate.certified
        assert mine.certificate.objective == pytest.approx(other.certificate.objective, rel=2e-7)
        np.testing.assert_allclose(mine.coef, other.coef, atol=2e-3)  # about the root of the gap


@pytest.mark.parametrize("solver", ["liblinear", "saga"])
def test_plain_scikit_learn_is_met(make: Make, solver: str) -> None:
    """Directly, without our reference backend in between: liblinear penalises the intercept, saga does not."""
    problem = make(80, 25)
    model = LogisticRegression(l1_ratio=1, solver=solver, C=0.2, tol=1e-8, max_iter=20_000, random_state=0)
    model.fit(problem.X, problem.y)
    where = "penalised" if solver == "liblinear" else "free"
    fit = solve_path(problem, 0.2, penalty=Penalty(1.0, where), tol=1e-11)[0]
    np.testing.assert_allclose(fit.coef, model.coef_, atol=1e-4)
    np.testing.assert_allclose(fit.intercept, model.intercept_, atol=1e-4)
    np.testing.assert_array_equal(fit.coef != 0, model.coef_ != 0)


def test_the_reference_names_what_it_cannot_do(make: Make) -> None:
    problem = make(20, 5)
    with pytest.raises(InputError, match="offset"):
        solve_path(Problem(problem.X, problem.y, 2, np.zeros((20, 1))), 1.0, backend="sklearn")
    with pytest.raises(InputError, match="every class"):
        solve_path(Problem(problem.X, np.zeros(20, dtype=int)), 1.0, backend="sklearn")


def test_the_quadratic_model_is_minimised() -> None:
    """The compiled descent is not public: this is what guards it against another version."""
    rng = np.random.default_rng(0)
    B, z = rng.normal(size=(50, 12)), rng.normal(size=50)
    v = rng.normal(size=12)
    g = B.T @ (B @ v - z)
    found = minimise(B.T @ B, g, v, l1=5.0, l2=0.7, scale=float(z @ z), tol=1e-12)
    oracle = ElasticNet(alpha=(5.0 + 0.7) / 50, l1_ratio=5.0 / 5.7, fit_intercept=False, tol=1e-14, max_iter=100_000)
    np.testing.assert_allclose(found, oracle.fit(B, z).coef_, atol=1e-7)
    assert (found == 0).any()


@pytest.mark.parametrize("r", [1, 3])
def test_derivatives_of_the_losses_are_those_of_their_values(r: int) -> None:
    rng = np.random.default_rng(1)
    y, s = rng.integers(0, max(r, 2), 20), rng.uniform(0.1, 2, 20)
    loss, F, G = loss_of(y, s, r), rng.normal(size=(20, r)), rng.normal(size=(20, r))
    step = 1e-5
    slope = (s @ loss.value(F + step * G) - s @ loss.value(F - step * G)) / (2 * step)
    assert slope == pytest.approx((loss.residual(F) * G).sum(), rel=1e-7)
    turn = (loss.residual(F + step * G) - loss.residual(F - step * G)) / (2 * step)
    np.testing.assert_allclose(loss.curve(F, G), turn, atol=1e-8)
    M, outputs = rng.normal(size=(4, 20)), np.arange(4) % r
    columns = [np.zeros((20, r)) for _ in outputs]
    for column, m, k in zip(columns, M, outputs):
        column[:, k] = m
    H = [[(loss.curve(F, a) * b).sum() for a in columns] for b in columns]
    np.testing.assert_allclose(loss.hessian(M, outputs, F), H, atol=1e-4)  # float32 products


@pytest.mark.parametrize("r", [1, 3])
def test_fenchel_terms_vanish_at_the_residual_and_are_positive_elsewhere(r: int) -> None:
    rng = np.random.default_rng(2)
    y = rng.integers(0, max(r, 2), 30)
    loss, F = loss_of(y, np.ones(30), r), 3 * rng.normal(size=(30, r))
    assert abs(loss.dual_gap(F, 1.0)) < 1e-12
    assert loss.dual_gap(F, 0.5) > 1e-3
