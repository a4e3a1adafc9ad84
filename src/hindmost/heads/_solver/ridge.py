"""L2 fits: Newton among the rows where they are fewer than the features, truncated Newton otherwise."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np

from hindmost.core.rows import FloatArray
from hindmost.heads._solver.certificate import certify
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.dual_newton import dual_newton
from hindmost.heads._solver.losses import loss_of
from hindmost.heads._solver.newton_cg import newton_cg
from hindmost.heads._solver.problem import Penalty, Problem
from hindmost.heads._solver.solution import Found, Solution, solution
from hindmost.heads._solver.threads import one_thread

LARGE = 1000  # rows from which a factorisation gains from several threads
SHARED_GRAM = 4000  # rows up to which all problems share one Gram matrix


def ridge_paths(
    problem: Problem, columns: Columns, s: FloatArray, grid: FloatArray, penalty: Penalty, tol: float
) -> list[tuple[Solution, ...]]:
    """Solutions of weightings s (p, n) along grid (p, k), in the grid's order."""
    n = s.shape[1]
    used = (s > 0).sum(axis=1)
    shared = len(s) > 1 and n <= SHARED_GRAM and bool((used <= columns.width).any())
    gram = _gram(columns) if shared else None
    return [_path(problem, columns, weights, path, penalty, tol, gram) for weights, path in zip(s, grid)]


def _path(
    problem: Problem,
    columns: Columns,
    weights: FloatArray,
    Cs: FloatArray,
    penalty: Penalty,
    tol: float,
    gram: FloatArray | None,
) -> tuple[Solution, ...]:
    """One weighting from small C to large, each C started at the last fit."""
    rows, r = np.flatnonzero(weights > 0), problem.n_outputs
    present, y = columns.of(rows), problem.y[rows]
    offset = np.zeros((len(rows), r)) if problem.offset is None else problem.offset[rows]
    few = len(rows) <= columns.width
    K = None if not few else _gram(present) if gram is None else gram[np.ix_(rows, rows)]
    found = Found(np.zeros((r, columns.width)), np.zeros(r), 0)
    solved: dict[int, Solution] = {}
    for k in np.argsort(Cs):
        loss = loss_of(y, float(Cs[k]) * weights[rows], r)
        if K is None:
            found = newton_cg(present, loss, offset, penalty, found, tol)
        else:
            with one_thread() if len(rows) < LARGE else nullcontext():
                found = dual_newton(present, K, loss, offset, penalty, found, tol)
        F = offset + present.push(found.w) + found.b
        certificate = certify(loss, F, found.w, present.pull(loss.residual(F)), penalty, tol)
        solved[int(k)] = solution(columns, found, float(Cs[k]), certificate)
    return tuple(solved[k] for k in range(len(Cs)))


def _gram(columns: Columns) -> FloatArray:
    return columns.X @ columns.X.T + float(columns.constant)
