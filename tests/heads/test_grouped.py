"""The solver of group losses: gradients, certificates, and scikit-learn's weights."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from hindmost.heads._grouped import GroupedRows, average
from hindmost.heads._lbfgs import minimise

Floats = NDArray[np.float64]
PENALTIES = np.array([1.0, 0.1, 0.01])


def _rows(n: int, d: int, c: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(c), rng.choice(c, n - c, p=np.arange(1, c + 1) / np.arange(1, c + 1).sum())])
    codes = 2 * y + (np.arange(n) % 3 == 0)
    return rng.normal(size=(n, d)) + np.eye(c, d)[y] * 1.5, y, np.unique(codes, return_inverse=True)[1]


@pytest.mark.parametrize(("n", "d"), [(80, 6), (30, 50)])  # more rows than features, and fewer
@pytest.mark.parametrize("c", [2, 3])
def test_weights_are_scikit_learns(n: int, d: int, c: int) -> None:
    X, y, codes = _rows(n, d, c)
    rows = GroupedRows(X, y, codes, c)
    shares = np.arange(1.0, len(rows.sizes) + 1) / np.arange(1.0, len(rows.sizes) + 1).sum()
    found = rows.solve(average(shares), PENALTIES, np.zeros((3, rows.size)), tol=1e-12, max_iter=500)
    coef, intercept = rows.weights(found.points)
    weights = (shares / rows.sizes)[codes]
    with_ones = np.column_stack([X, np.ones(n)])  # the intercept is penalised as any weight
    for k, penalty in enumerate(PENALTIES):
        C = (2 if c == 2 else 1) / penalty
        oracle = LogisticRegression(C=C, fit_intercept=False, tol=1e-10, max_iter=5000)
        oracle.fit(with_ones, y, sample_weight=weights)
        ours = np.column_stack([coef[k], intercept[k]])
        np.testing.assert_allclose(ours, oracle.coef_, rtol=0, atol=2e-5)  # gap 1e-12 bounds weights by about 1e-5


def _plain_loss(flat: Floats, X: Floats, y: NDArray[np.int64], codes: NDArray[np.int64], c: int) -> Floats:
    """Mean loss of each group from two rows of weights a class, by the definition."""
    W = flat.reshape(c, -1)
    scores = X @ W[:, :-1].T + W[:, -1]
    each = logsumexp(scores, axis=1) - scores[np.arange(len(y)), y]
    return np.array([each[codes == g].mean() for g in range(codes.max() + 1)])


@pytest.mark.parametrize("c", [2, 3])
def test_the_penalty_is_weight_decay_of_all_class_rows(c: int) -> None:
    X, y, codes = _rows(60, 4, c)
    rows = GroupedRows(X, y, codes, c)
    shares = np.full(len(rows.sizes), 1 / len(rows.sizes))
    found = rows.solve(average(shares), np.array([0.05]), np.zeros((1, rows.size)), tol=1e-10, max_iter=500)

    def decayed(flat: Floats) -> float:
        return float(_plain_loss(flat, X, y, codes, c).mean() + 0.05 / 2 * (flat**2).sum())

    oracle = minimize(decayed, np.zeros(c * 5), tol=1e-10)
    assert found.value[0] == pytest.approx(oracle.fun, rel=1e-6)  # finite differences stop the oracle near 1e-7


@pytest.mark.parametrize("c", [2, 3])
def test_the_certificate_bounds_what_is_left(c: int) -> None:
    X, y, codes = _rows(60, 8, c)
    rows = GroupedRows(X, y, codes, c)
    shares = np.full(len(rows.sizes), 1 / len(rows.sizes))
    start = np.zeros((3, rows.size))
    exact = rows.solve(average(shares), PENALTIES, start, tol=1e-13, max_iter=1000).value
    for stop in range(1, 12):
        early = rows.solve(average(shares), PENALTIES, start, tol=1e-9, max_iter=stop)
        left = early.value - exact
        assert (left <= early.gap + 1e-12).all()
        assert (left >= -1e-12).all()


def test_problems_solved_together_are_those_solved_alone() -> None:
    X, y, codes = _rows(60, 8, 2)
    rows = GroupedRows(X, y, codes, 2)
    rule = average(np.full(len(rows.sizes), 1 / len(rows.sizes)))
    start = np.zeros((3, rows.size))
    together = rows.solve(rule, PENALTIES, start, tol=1e-8, max_iter=500)
    for k in range(3):
        alone = rows.solve(rule, PENALTIES[[k]], start[[k]], tol=1e-8, max_iter=500)
        assert alone.value[0] == pytest.approx(together.value[k], rel=1e-8)  # both are within 1e-8 of the minimum
        assert alone.n_iter[0] == together.n_iter[k]


def test_too_few_iterations_leave_a_gap_and_say_so() -> None:
    X, y, codes = _rows(60, 8, 2)
    rows = GroupedRows(X, y, codes, 2)
    rule = average(np.full(len(rows.sizes), 1 / len(rows.sizes)))
    found = rows.solve(rule, PENALTIES, np.zeros((3, rows.size)), tol=1e-10, max_iter=2)
    assert (found.gap / found.value > 1e-10).all()


def test_descent_meets_a_quadratic_and_a_valley() -> None:
    rng = np.random.default_rng(0)
    scales, centre = np.array([[1.0, 100.0], [1.0, 1.0]]), rng.normal(size=(2, 2))

    def quadratic(points: Floats, which: NDArray[np.int64]) -> tuple[Floats, Floats]:
        away = points - centre[which]
        return (scales[which] * away**2).sum(axis=1) / 2, scales[which] * away

    def small(values: Floats, gradients: Floats, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.abs(gradients).max(axis=1) < 1e-9

    np.testing.assert_allclose(minimise(quadratic, np.zeros((2, 2)), done=small, max_iter=100).x, centre, atol=1e-8)

    def valley(points: Floats, which: NDArray[np.int64]) -> tuple[Floats, Floats]:  # Rosenbrock's
        a, b = points.T
        value = (1 - a) ** 2 + 100 * (b - a**2) ** 2
        return value, np.column_stack([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])

    found = minimise(valley, np.array([[-1.2, 1.0]]), done=small, max_iter=300)
    np.testing.assert_allclose(found.x, [[1.0, 1.0]], atol=1e-6)
