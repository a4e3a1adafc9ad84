"""L2 fits with more rows than features: Newton steps by preconditioned conjugate gradients."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import FloatArray
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.curvature import Curvature, Factors, solve_newton
from hindmost.heads._solver.intercept import settle
from hindmost.heads._solver.losses import Loss
from hindmost.heads._solver.problem import Penalty
from hindmost.heads._solver.solution import Found

STEPS, PRODUCTS, SHORTEST = 100, 200, 1e-8
WORN = 12  # products of one step after which the preconditioner is made afresh


def newton_cg(columns: Columns, loss: Loss, offset: FloatArray, penalty: Penalty, start: Found, tol: float) -> Found:
    """Weights of an L2 fit, started at ``start``; a free intercept is solved for at every step."""
    w, b = start.w, start.b
    F = offset + columns.push(w) + b
    factors: Factors = []
    steps, products = 0, WORN
    while steps < STEPS:
        if penalty.free:
            F, shift = settle(loss, F)
            b = b + shift
        G = columns.pull(loss.residual(F)) + w
        objective = float(loss.s @ loss.value(F)) + penalty.value(w)
        if 0.5 * float(np.square(G).sum()) <= 0.1 * tol * objective:
            break
        curvature = Curvature.at(columns, loss, F, penalty.free)
        if products >= WORN:
            factors = curvature.factors()
        d, products = solve_newton(curvature, factors, G, PRODUCTS)
        dF = columns.push(d)
        db = curvature.follow(dF)
        t = _length(loss, F, dF + db, w, d, objective)
        if t == 0:
            break
        w, b, F, steps = w + t * d, b + t * db, F + t * (dF + db), steps + 1
    return Found(w, b, steps)


def _length(loss: Loss, F: FloatArray, dF: FloatArray, w: FloatArray, d: FloatArray, objective: float) -> float:
    """The first of 1, 1/2, 1/4 ... that lowers the objective; 0 where none does."""
    t = 1.0
    while t > SHORTEST:
        if float(loss.s @ loss.value(F + t * dF)) + 0.5 * float(np.square(w + t * d).sum()) < objective:
            return t
        t *= 0.5
    return 0.0
