"""L2 fits with fewer rows than features: Newton on the rows' multipliers, through the Gram matrix.

At the optimum the weights are ``w = X' A`` with ``A = -residuals``; a Newton step solves
``(1 + W K) A = W (F - offset - b) - R`` for the curvature W of the rows, class by class in the way of Rasmussen and
Williams, so that nothing small is divided by.

References
----------
Rasmussen, Williams (2006), Gaussian Processes for Machine Learning, algorithms 3.1 and 3.3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import softmax

from hindmost.core.rows import FloatArray
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.intercept import settle
from hindmost.heads._solver.losses import Logistic, Loss
from hindmost.heads._solver.problem import Penalty
from hindmost.heads._solver.solution import Found

STEPS, SHORTEST = 60, 1e-8
Operator = Callable[[FloatArray], FloatArray]


def dual_newton(
    columns: Columns, K: FloatArray, loss: Loss, offset: FloatArray, penalty: Penalty, start: Found, tol: float
) -> Found:
    """Weights of an L2 fit on rows with Gram matrix K (n, n), started at ``start``'s scores."""
    A = np.zeros_like(offset)
    F = offset + columns.push(start.w) + start.b  # only the curvature of the first step is taken there
    b = start.b
    reached, steps = np.inf, 0
    while steps < STEPS:
        steps += 1
        target, b_target = _newton_target(K, loss, F, offset, penalty)
        A, b, F, found = _towards(K, loss, offset, (A, b), (target, b_target), reached)
        if penalty.free:
            F, shift = settle(loss, F)
            b = b + shift
        off = A + loss.residual(F)
        gap = 0.5 * float((off * (K @ off)).sum())
        if gap <= 0.1 * tol * found or found >= reached:
            break
        reached = found
    return Found(columns.pull(A), b, steps)


def _newton_target(
    K: FloatArray, loss: Loss, F: FloatArray, offset: FloatArray, penalty: Penalty
) -> tuple[FloatArray, FloatArray]:
    """Multipliers (n, r) and intercepts (r,) that the quadratic model at F asks for."""
    solve = _solver(K, loss, F)
    r = F.shape[1]
    A = solve(loss.curve(F, F - offset) - loss.residual(F))
    if not penalty.free:
        return A, np.zeros(r)
    ones = [solve(loss.curve(F, np.broadcast_to(np.eye(r)[k], F.shape))) for k in range(r)]
    sums = np.stack([one.sum(axis=0) for one in ones], axis=1)
    b = np.linalg.pinv(sums, rcond=1e-12) @ A.sum(axis=0)
    return A - sum(b[k] * ones[k] for k in range(r)), b


def _solver(K: FloatArray, loss: Loss, F: FloatArray) -> Operator:
    """The inverse of ``1 + W K``, as a function of what is on its right."""
    if isinstance(loss, Logistic):
        root = np.sqrt(loss.shares(F))
        factor = _factor(K, root[:, 0])
        return lambda Z: Z - root * cho_solve(factor, root * (K @ Z), check_finite=False)
    roots = np.sqrt(loss.s[:, None] * softmax(F, axis=1))
    factors = [_factor(K, root) for root in roots.T]

    def halves(Z: FloatArray) -> FloatArray:
        """(K + D^-1)^-1 Z, output by output, for the curvature's diagonal part D."""
        pairs = zip(roots.T, factors, Z.T)
        return np.stack([root * cho_solve(f, root * z, check_finite=False) for root, f, z in pairs], axis=1)

    total = sum(root[:, None] * cho_solve(f, np.diag(root), check_finite=False) for root, f in zip(roots.T, factors))
    joint = cho_factor(total, lower=True, check_finite=False)

    def solve(Z: FloatArray) -> FloatArray:
        first = halves(K @ Z)
        shared = cho_solve(joint, first.sum(axis=1), check_finite=False)
        return Z - first + halves(np.broadcast_to(shared[:, None], Z.shape))

    return solve


def _factor(K: FloatArray, root: FloatArray) -> tuple[FloatArray, bool]:
    B = root[:, None] * K * root
    B[np.diag_indices(len(B))] += 1.0
    factor: tuple[FloatArray, bool] = cho_factor(B, lower=True, overwrite_a=True, check_finite=False)
    return factor


def _towards(
    K: FloatArray,
    loss: Loss,
    offset: FloatArray,
    now: tuple[FloatArray, FloatArray],
    target: tuple[FloatArray, FloatArray],
    reached: float,
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """The first point on the way from ``now`` to ``target`` that is below ``reached``; its A, b, scores, objective."""
    t = 1.0
    while True:
        A = now[0] + t * (target[0] - now[0])
        b = now[1] + t * (target[1] - now[1])
        KA = K @ A
        F = offset + KA + b
        found = float(loss.s @ loss.value(F)) + 0.5 * float((A * KA).sum())
        if found < reached or t < SHORTEST:
            return A, b, F, found
        t *= 0.5
