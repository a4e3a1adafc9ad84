"""The two calls of the solver: one problem along a path of C, and many weightings of the same rows."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray
from hindmost.heads._solver.certificate import certify
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.problem import Penalty, Problem
from hindmost.heads._solver.reference import reference
from hindmost.heads._solver.ridge import ridge_paths
from hindmost.heads._solver.solution import Found, Solution, solution
from hindmost.heads._solver.threads import one_thread
from hindmost.heads._solver.working_set import Run, advance, new_run

LASSO = Penalty()
FEW_ROWS = 0.3  # below this part of the rows, a problem is faster on a copy of its own rows
BATCH = 256  # problems in lockstep: bounds the memory of their shared product


def solve_path(
    problem: Problem,
    Cs: ArrayLike,
    *,
    penalty: Penalty = LASSO,
    weights: ArrayLike | None = None,
    tol: float = 1e-4,
    backend: Literal["hindmost", "sklearn"] = "hindmost",
) -> tuple[Solution, ...]:
    """Minimise ``C * sum_i s_i loss_i + penalty`` at each C, each fit with a certificate.

    Parameters
    ----------
    problem : Problem
    Cs : float or sequence of k floats > 0    in any order; solutions come in the same order
    weights : float array (n,), optional      s_i >= 0, 0: the row is absent; None: all 1
    tol : float > 0        relative duality gap asked for; a fit that misses it is not ``certified``
    backend : "hindmost" or "sklearn"         sklearn: its solvers at tight tolerances, one fit a C, same certificate

    Returns
    -------
    tuple of k Solution

    Raises
    ------
    InputError
        A value is out of range, or a free intercept has no optimum because a class has no rows.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])
    >>> [bool(fit.certificate.certified) for fit in solve_path(Problem(X, y), [0.1, 1.0])]
    [True, True]
    """
    s = problem.checked_weights(weights)
    if len(s) != 1:
        raise InputError(f"weights expected one problem, but {len(s)} came. Use solve_many for several.")
    grid = _checked_grid(problem, s, Cs, penalty, tol)
    if backend == "sklearn":
        return tuple(reference(problem, s[0], float(C), penalty, tol) for C in grid[0])
    if backend != "hindmost":
        raise InputError(f"backend expected 'hindmost' or 'sklearn', but {backend!r} came.")
    return _alone(problem, s[0], grid[0], penalty, tol)


def solve_many(
    problem: Problem, weights: ArrayLike, Cs: ArrayLike, *, penalty: Penalty = LASSO, tol: float = 1e-4
) -> tuple[tuple[Solution, ...], ...]:
    """Solve p weightings of the same rows, each along its C path; L1 and elastic fits advance in lockstep.

    Equal problems are solved once.

    Parameters
    ----------
    problem : Problem
    weights : float array (p, n)        one problem a row, s_i >= 0, 0: the row is absent
    Cs : float, (k,) or (p, k)          one path for all, or one a problem: ``C[:, None]`` for one C each
    tol : float > 0

    Returns
    -------
    tuple of p tuples of k Solution, in the order given

    Raises
    ------
    InputError
        A value is out of range, or a free intercept has no optimum because a class has no rows.
    """
    s = problem.checked_weights(weights)
    grid = _checked_grid(problem, s, Cs, penalty, tol)
    distinct, first, copy = np.unique(np.column_stack([s, grid]), axis=0, return_index=True, return_inverse=True)
    if len(distinct) < len(s):
        solved = solve_many(problem, s[first], grid[first], penalty=penalty, tol=tol)
        return tuple(solved[i] for i in copy.ravel())
    if (s > 0).mean() < FEW_ROWS:
        return tuple(_alone(problem, weights, path, penalty, tol) for weights, path in zip(s, grid))
    parts = [_solve(problem, s[i : i + BATCH], grid[i : i + BATCH], penalty, tol) for i in range(0, len(s), BATCH)]
    return tuple(path for part in parts for path in part)


def _alone(problem: Problem, weights: FloatArray, Cs: FloatArray, penalty: Penalty, tol: float) -> tuple[Solution, ...]:
    """One problem on a copy of the rows that it has."""
    present = np.flatnonzero(weights > 0)
    if len(present) < len(weights):
        offset = None if problem.offset is None else problem.offset[present]
        problem = Problem(problem.X[present], problem.y[present], problem.n_classes, offset)
    return _solve(problem, weights[None, present], Cs[None], penalty, tol)[0]


def _checked_grid(problem: Problem, s: FloatArray, Cs: ArrayLike, penalty: Penalty, tol: float) -> FloatArray:
    """The C of each problem and step, shape (p, k)."""
    grid = np.atleast_2d(np.asarray(Cs, dtype=np.float64))
    if grid.ndim != 2 or not grid.size or not np.isfinite(grid).all() or (grid <= 0).any():
        raise InputError(f"Cs expected finite numbers above 0, but {Cs!r} came.")
    if len(grid) not in (1, len(s)):
        raise InputError(f"Cs has {len(grid)} rows for {len(s)} problems. Pass one path, or one for each problem.")
    if not tol > 0:
        raise InputError(f"tol expected a number above 0, but {tol!r} came.")
    if penalty.free:
        of_class = s @ np.eye(problem.n_classes)[problem.y]
        if (of_class == 0).any():
            i, k = np.argwhere(of_class == 0)[0]
            raise InputError(
                f"A free intercept expected rows of every class, but class {k} has none in problem {i}: the optimum "
                "lies at infinity. Pass a weighting with such rows, or intercept='penalised'."
            )
    return np.broadcast_to(grid, (len(s), grid.shape[1]))


def _solve(
    problem: Problem, s: FloatArray, grid: FloatArray, penalty: Penalty, tol: float
) -> list[tuple[Solution, ...]]:
    """Solutions of p problems along grid (p, k), in the grid's order."""
    columns = Columns(problem.X, not penalty.free)
    if penalty.l1 == 0:
        return ridge_paths(problem, columns, s, grid, penalty, tol)
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of one quadratic model; the certificate is what counts
        return _lockstep(problem, columns, s, grid, penalty, tol)


def _lockstep(
    problem: Problem, columns: Columns, s: FloatArray, grid: FloatArray, penalty: Penalty, tol: float
) -> list[tuple[Solution, ...]]:
    """Penalties with an L1 part: all problems advance together, each from its small C to its large."""
    order = np.argsort(grid, axis=1)
    runs = [new_run(problem, columns, weights) for weights in s]
    solved: list[dict[int, Solution]] = [{} for _ in runs]
    for position in range(grid.shape[1]):
        where = order[:, position]
        Cs = grid[np.arange(len(runs)), where]
        for i, V in enumerate(advance(runs, Cs, penalty, tol)):
            solved[i][int(where[i])] = _of_run(runs[i], float(Cs[i]), V, penalty, tol)
    return [tuple(found[k] for k in range(grid.shape[1])) for found in solved]


def _of_run(run: Run, C: float, V: FloatArray, penalty: Penalty, tol: float) -> Solution:
    w = run.table()
    certificate = certify(run.loss, run.point.F, w, V, penalty, tol)
    return solution(run.columns, Found(w, run.point.b, run.steps), C, certificate)
