"""Laws that connect fits: order, copies, absence, units, limits, paths, batches."""

from collections.abc import Callable

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from hindmost.core.errors import InputError
from hindmost.heads._solver import Penalty, Problem, Solution, solve_many, solve_path

PENALTIES = [Penalty(ratio, where) for ratio in (1.0, 0.4, 0.0) for where in ("penalised", "free")]
Make = Callable[..., Problem]
TIGHT = 1e-11


def _same(first: Solution, second: Solution, atol: float = 3e-4) -> None:
    """Two fits within 1e-11 of one optimum: objectives agree, and weights to about the root of that."""
    assert first.certificate.certified
    assert second.certificate.certified
    assert first.certificate.objective == pytest.approx(second.certificate.objective, rel=1e-9)
    np.testing.assert_allclose(first.coef, second.coef, rtol=0, atol=atol)
    np.testing.assert_allclose(first.intercept, second.intercept, rtol=0, atol=atol)


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_order_of_rows_does_not_matter(make: Make, penalty: Penalty) -> None:
    problem = make(40, 30)
    order = np.random.default_rng(3).permutation(40)
    turned = Problem(problem.X[order], problem.y[order])
    _same(*(solve_path(p, 0.3, penalty=penalty, tol=TIGHT)[0] for p in (problem, turned)))


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_copied_row_is_weight_two_and_weight_zero_is_no_row(make: Make, penalty: Penalty, n_classes: int) -> None:
    problem = make(40, 30, n_classes)
    s = np.random.default_rng(4).integers(0, 3, 40).astype(float)
    s[:n_classes] = 1
    copied = np.repeat(np.arange(40), s.astype(int))
    plain = Problem(problem.X[copied], problem.y[copied], n_classes)
    weighted = solve_path(problem, 0.3, penalty=penalty, weights=s, tol=TIGHT)[0]
    _same(weighted, solve_path(plain, 0.3, penalty=penalty, tol=TIGHT)[0])


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_weights_times_two_is_C_times_two(make: Make, penalty: Penalty) -> None:
    problem = make(40, 30)
    doubled = solve_path(problem, 0.3, penalty=penalty, weights=np.full(40, 2.0), tol=TIGHT)[0]
    _same(doubled, solve_path(problem, 0.6, penalty=penalty, tol=TIGHT)[0])


@pytest.mark.parametrize("ratio", [1.0, 0.0])
def test_a_rare_elastic_part_changes_little(make: Make, ratio: float) -> None:
    problem = make(60, 30)
    pure = solve_path(problem, 0.5, penalty=Penalty(ratio), tol=TIGHT)[0]
    near = solve_path(problem, 0.5, penalty=Penalty(abs(ratio - 1e-7)), tol=TIGHT)[0]
    assert near.certificate.certified
    np.testing.assert_allclose(near.coef, pure.coef, atol=1e-3)
    far = solve_path(problem, 0.5, penalty=Penalty(0.5), tol=TIGHT)[0]
    assert np.abs(far.coef - pure.coef).max() > 1e-2


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_a_warm_path_ends_where_cold_fits_end(make: Make, penalty: Penalty) -> None:
    problem, Cs = make(50, 60), [1.0, 0.03, 0.3]
    path = solve_path(problem, Cs, penalty=penalty, tol=TIGHT)
    assert [fit.C for fit in path] == Cs
    for fit in path:
        _same(fit, solve_path(problem, fit.C, penalty=penalty, tol=TIGHT)[0])


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_batch_is_its_single_problems(make: Make, penalty: Penalty, n_classes: int) -> None:
    problem, rng = make(60, 40, n_classes), np.random.default_rng(5)
    s = (rng.random((5, 60)) < 0.6).astype(float)
    s[:, :n_classes] = 1
    Cs = np.array([[1.0, 0.1], [0.05, 2.0], [0.3, 0.3], [0.7, 0.01], [1.0, 1.0]])
    for path, weights, grid in zip(solve_many(problem, s, Cs, penalty=penalty, tol=TIGHT), s, Cs):
        assert [fit.C for fit in path] == grid.tolist()
        for fit, single in zip(path, solve_path(problem, grid, penalty=penalty, weights=weights, tol=TIGHT)):
            _same(fit, single)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_offset_is_a_ridge_towards_other_weights(make: Make, n_classes: int) -> None:
    """With u = w - w0 and offset X w0, the ridge on u pulls w towards w0; far from data, w is w0."""
    problem = make(40, 50, n_classes)
    r = problem.n_outputs
    w0 = np.random.default_rng(6).normal(size=(r, 50)) / 10
    shifted = Problem(problem.X, problem.y, n_classes, offset=problem.X @ w0.T)
    pulled = [solve_path(shifted, C, penalty=Penalty(0.0), tol=TIGHT)[0] for C in (1e-8, 1.0)]
    assert all(fit.certificate.certified for fit in pulled)
    assert np.abs(pulled[0].coef).max() < 1e-4
    F = problem.X @ (w0 + pulled[1].coef).T + pulled[1].intercept
    R = pulled[1].residuals(problem.X, problem.y)
    moved = Solution(w0 + pulled[1].coef, pulled[1].intercept, 1.0, 0, pulled[1].certificate)
    np.testing.assert_allclose(moved.scores(problem.X), F)
    assert not np.allclose(R, moved.residuals(problem.X, problem.y))
    # stationarity of C sum loss(X w + b) + |w - w0|^2 / 2
    np.testing.assert_allclose(moved.residuals(problem.X, problem.y).T @ problem.X, w0 - moved.coef, atol=1e-3)


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_threads_do_not_matter(make: Make, penalty: Penalty) -> None:
    problem = make(120, 80)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(solve_path(problem, [0.1, 1.0], penalty=penalty))
    for one, two in zip(*found):
        assert one.certificate.objective == pytest.approx(two.certificate.objective, rel=1e-9)


def test_a_fit_predicts_as_its_scores_say(make: Make) -> None:
    for n_classes in (2, 3):
        problem = make(60, 10, n_classes)
        fit = solve_path(problem, 0.3)[0]
        F = fit.scores(problem.X)
        expected = (F[:, 0] > 0) if n_classes == 2 else F.argmax(axis=1)
        np.testing.assert_array_equal(fit.fit.predict(problem.X), expected)
        step = 1e-6
        moved = Solution(fit.coef, fit.intercept + step * np.eye(len(fit.coef))[0], fit.C, 0, fit.certificate)
        slope = (moved.losses(problem.X, problem.y) - fit.losses(problem.X, problem.y)) / step
        np.testing.assert_allclose(slope, fit.residuals(problem.X, problem.y)[:, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"y": np.array([0, 1])}, "one class for each row"),
        ({"y": np.array([0, 1, 2, 0])}, "Number the classes"),
        ({"X": np.array([[np.nan], [0.0], [1.0], [2.0]])}, "finite"),
        ({"offset": np.zeros((4, 2))}, "offset has shape"),
    ],
)
def test_problems_that_make_no_sense_are_refused(change: dict, match: str) -> None:
    with pytest.raises(InputError, match=match):
        Problem(**{"X": np.arange(4.0)[:, None], "y": np.array([0, 1, 0, 1]), **change})


def test_calls_that_make_no_sense_are_refused() -> None:
    problem = Problem(np.arange(4.0)[:, None], np.array([0, 1, 0, 1]))
    for match, options in (
        ("above 0", {"Cs": [0.0]}),
        ("above 0", {"Cs": [1.0], "tol": 0.0}),
        (">= 0", {"Cs": [1.0], "weights": -np.ones(4)}),
        ("one weight per row", {"Cs": [1.0], "weights": np.ones(3)}),
        ("solve_many", {"Cs": [1.0], "weights": np.ones((2, 4))}),
        ("infinity", {"Cs": [1.0], "weights": np.array([1.0, 0, 1, 0]), "penalty": Penalty(1.0, "free")}),
        ("backend", {"Cs": [1.0], "backend": "other"}),
    ):
        with pytest.raises(InputError, match=match):
            solve_path(problem, **options)
    with pytest.raises(InputError, match="one path"):
        solve_many(problem, np.ones((3, 4)), np.ones((2, 2)))
    for wrong in ({"l1_ratio": 2.0}, {"l1_ratio": float("nan")}, {"intercept": "none"}):
        with pytest.raises(InputError):
            Penalty(**wrong)
