"""Proximal Newton steps on a working set of weights, with the free intercept eliminated from each model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._solver.certificate import relative_gap
from hindmost.heads._solver.intercept import settle
from hindmost.heads._solver.losses import Loss
from hindmost.heads._solver.problem import Penalty
from hindmost.heads._solver.quadratic import minimise

STEPS, NEAR = 50, 0.9  # steps of one call; a zero weight joins the model when its slope is this close to the penalty
ARMIJO, SHORTEST = 1e-4, 1e-8
ROUNDING = 1e-14  # of the objective: near the optimum a step gains less than its sum can show
PATIENCE = 4  # steps without a smaller gap before a descent ends
DAMPING = 1e-6  # of each diagonal entry: the model's products are float32
LARGEST_LOSS = 60.0  # the target's length grows like exp(loss); beyond this it is only a scale


@dataclass
class Point:
    """Weights v (m,) on columns M (m, n) of outputs (m,), intercepts b (r,), and the scores F (n, r) they give."""

    M: FloatArray
    outputs: IntArray
    v: FloatArray
    b: FloatArray
    F: FloatArray


def scores(M: FloatArray, outputs: IntArray, v: FloatArray, r: int) -> FloatArray:
    """Scores (n, r) of weights v (m,) on columns M (m, n)."""
    if r == 1:
        return np.asarray((v @ M)[:, None])
    spread = np.zeros((len(v), r))
    spread[np.arange(len(v)), outputs] = v
    return np.asarray(M.T @ spread)


def slopes(point: Point, R: FloatArray) -> FloatArray:
    """Derivative of the loss in v, shape (m,), from the residuals R (n, r)."""
    return np.asarray((point.M @ R)[np.arange(len(point.v)), point.outputs])


def descend(point: Point, loss: Loss, penalty: Penalty, tol: float) -> int:
    """Move the point until its gap on the working set is below tol, or no step descends; the number of steps."""
    best, since = np.inf, 0
    for step in range(STEPS):
        if penalty.free:
            point.F, shift = settle(loss, point.F)
            point.b = point.b + shift
        R = loss.residual(point.F)
        g = slopes(point, R)
        objective, gap = relative_gap(loss, point.F, point.v, g, penalty)
        best, since = (gap, 0) if gap < best else (best, since + 1)
        if gap <= tol or since >= PATIENCE or not _advance(point, loss, penalty, g, objective, gap):
            return step
    return STEPS


def _advance(point: Point, loss: Loss, penalty: Penalty, g: FloatArray, objective: float, gap: float) -> bool:
    """One step along the minimiser of the model; False where the objective does not fall."""
    free = np.flatnonzero((point.v != 0) | (np.abs(g) > NEAR * penalty.l1))
    H, from_weights = _model(point, loss, penalty, free)
    scale = _scale(point, loss)
    target = minimise(H, g[free], point.v[free], l1=penalty.l1, l2=penalty.l2, scale=scale, tol=0.1 * gap * objective)
    d = np.zeros_like(point.v)
    d[free] = target - point.v[free]
    db = from_weights @ d[free]
    dF = scores(point.M, point.outputs, d, point.F.shape[1]) + db
    expected = float(g @ d) + penalty.value(point.v + d) - penalty.value(point.v)
    if expected > ROUNDING * objective:
        return False
    t = 1.0
    while t > SHORTEST:
        reached = float(loss.s @ loss.value(point.F + t * dF)) + penalty.value(point.v + t * d)
        if reached <= objective + ARMIJO * t * expected + ROUNDING * objective:
            point.v, point.b, point.F = point.v + t * d, point.b + t * db, point.F + t * dF
            return True
        t *= 0.5
    return False


def _model(point: Point, loss: Loss, penalty: Penalty, free: IntArray) -> tuple[FloatArray, FloatArray]:
    """Curvature (m, m) in the chosen weights, and what the intercepts (r, m) do as those move."""
    r, m = point.F.shape[1], len(free)
    if not penalty.free:
        H, follow = loss.hessian(point.M[free], point.outputs[free], point.F), np.zeros((r, m))
    else:
        M = np.concatenate([point.M[free], np.ones((r, point.M.shape[1]))])
        full = loss.hessian(M, np.concatenate([point.outputs[free], np.arange(r)]), point.F)
        follow = -np.linalg.pinv(full[m:, m:], rcond=1e-6, hermitian=True) @ full[m:, :m]
        H = full[:m, :m] + full[:m, m:] @ follow
    H = np.ascontiguousarray(H)
    H[np.diag_indices(m)] = np.maximum(H.diagonal(), 0) * (1 + DAMPING) + 1e-12
    return H, follow


def _scale(point: Point, loss: Loss) -> float:
    """Squared length of the target whose least-squares fit is the model, from above."""
    F, R = point.F, loss.residual(point.F)
    own = np.minimum(loss.value(F), LARGEST_LOSS)
    curved = float((F * loss.curve(F, F)).sum()) - 2 * float((F * R).sum())
    return max(curved + float(loss.s @ np.expm1(own)), 1e-12)
