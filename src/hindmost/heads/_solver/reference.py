"""scikit-learn's solvers on the same problem, under the same certificate: the reference."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray
from hindmost.heads._solver.certificate import certify
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.fit import Fit
from hindmost.heads._solver.intercept import settle
from hindmost.heads._solver.losses import loss_of
from hindmost.heads._solver.problem import Penalty, Problem
from hindmost.heads._solver.published import run
from hindmost.heads._solver.solution import Found, Solution, solution

LADDER = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)  # of scikit-learn's own tolerance, until the gap is reached
MAX_ITER = 10_000


def reference(problem: Problem, weights: FloatArray, C: float, penalty: Penalty, tol: float) -> Solution:
    """scikit-learn's fit at the loosest tolerance of ``LADDER`` whose gap is below tol, else the last of them.

    liblinear for two classes, L1 or L2 and a penalised intercept; lbfgs for L2; saga otherwise.

    Raises
    ------
    InputError
        The problem has an offset, which scikit-learn does not take.
    """
    if problem.offset is not None:
        raise InputError("backend 'sklearn' takes no offset. Use backend 'hindmost'.")
    rows = np.flatnonzero(weights > 0)
    columns, y, s = Columns(problem.X[rows], not penalty.free), problem.y[rows], weights[rows]
    loss = loss_of(y, C * s, problem.n_outputs)
    for own_tol in LADDER:
        found = _table(_fit(columns, y, s, C, penalty, problem.n_classes, own_tol), columns)
        F = columns.push(found.w) + found.b
        if penalty.free:  # their intercept is only near the root of its equation
            F, shift = settle(loss, F)
            found = Found(found.w, found.b + shift, found.steps)
        certificate = certify(loss, F, found.w, columns.pull(loss.residual(F)), penalty, tol)
        if certificate.certified:
            break
    return solution(columns, found, C, certificate)


def _fit(
    columns: Columns, y: np.ndarray, s: FloatArray, C: float, penalty: Penalty, n_classes: int, own_tol: float
) -> Fit:
    _need_all_classes(y, n_classes)
    common = {"C": C, "l1_ratio": penalty.l1, "tol": own_tol, "max_iter": MAX_ITER, "random_state": 0}
    if n_classes == 2 and not penalty.free and penalty.l1 in (0.0, 1.0):
        return run(LogisticRegression(solver="liblinear", **common), columns.X, y, s)
    solver = "lbfgs" if penalty.l1 == 0 else "saga"
    X = columns.take(np.arange(columns.width), np.arange(len(y))).T
    return run(LogisticRegression(solver=solver, fit_intercept=penalty.free, **common), X, y, s)


def _need_all_classes(y: np.ndarray, n_classes: int) -> None:
    absent = sorted(set(range(n_classes)) - set(y.tolist()))
    if absent:
        raise InputError(f"backend 'sklearn' needs rows of every class; class {absent[0]} has none.")


def _table(fit: Fit, columns: Columns) -> Found:
    """The weights as a table (r, width) with the constant column's weight last."""
    w = fit.coef
    if columns.constant and w.shape[1] < columns.width:
        w = np.column_stack([w, fit.intercept])
    b = np.zeros(len(w)) if columns.constant else fit.intercept
    return Found(w, b, fit.n_iter)
