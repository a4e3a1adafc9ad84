"""L-BFGS for many smooth problems at once: one evaluation serves all that are still moving.

Problems over the same rows cost little more together than one of them alone, since the products with the
rows become matrix products. A problem that is done leaves the evaluations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import BoolArray, FloatArray, IntArray

MEMORY = 10
SEARCH_STEPS = 30
DECREASE, CURVATURE = 1e-4, 0.9  # weak Wolfe conditions
ROUNDING = 1e-13  # of a value: less of an increase than this is noise of summation

Objective = Callable[[FloatArray, IntArray], tuple[FloatArray, FloatArray]]
Done = Callable[[FloatArray, FloatArray, IntArray], BoolArray]


@dataclass(frozen=True)
class Minimum:
    """Where k problems came to rest: x (k, m), value (k,), gradient (k, m), and iterations (k,)."""

    x: FloatArray
    value: FloatArray
    gradient: FloatArray
    n_iter: IntArray


def minimise(objective: Objective, start: FloatArray, *, done: Done, max_iter: int) -> Minimum:
    """Minimise k problems from ``start`` (k, m), each until it is done, cannot descend, or ran out of iterations.

    Parameters
    ----------
    objective : callable    points (p, m) of problems ``which`` (p,) -> values (p,), gradients (p, m)
    done : callable         values, gradients, ``which`` -> bool (p,)
    """
    k, m = start.shape
    x, n_iter = start.copy(), np.zeros(k, dtype=np.int64)
    value, gradient = objective(x, np.arange(k))
    steps, turns = np.zeros((MEMORY, k, m)), np.zeros((MEMORY, k, m))  # slot 0: the newest
    stuck = np.zeros(k, dtype=bool)
    for _ in range(max_iter):
        which = np.flatnonzero(~(stuck | done(value, gradient, np.arange(k))))
        if not len(which):
            break
        direction = _direction(gradient[which], steps[:, which], turns[:, which])
        moved = _search(objective, x[which], value[which], gradient[which], direction, which)
        stuck[which[~moved.found]] = True
        which, new = which[moved.found], moved.take(moved.found)
        _remember(steps, turns, which, new.x - x[which], new.gradient - gradient[which])
        x[which], value[which], gradient[which] = new.x, new.value, new.gradient
        n_iter[which] += 1
    return Minimum(x, value, gradient, n_iter)


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Row by row: (p, m), (p, m) -> (p,)."""
    return np.asarray(np.einsum("pm,pm->p", a, b))


def _direction(gradient: FloatArray, steps: FloatArray, turns: FloatArray) -> FloatArray:
    """The two-loop recursion, row by row; empty slots hold zeros and change nothing."""
    curvature = [_dot(s, t) for s, t in zip(steps, turns)]
    inverse = [np.divide(1.0, c, out=np.zeros_like(c), where=c > 0) for c in curvature]
    q, shares = gradient.copy(), []
    for s, t, i in zip(steps, turns, inverse):
        shares.append(i * _dot(s, q))
        q -= shares[-1][:, None] * t
    length = _dot(turns[0], turns[0])
    first = 1 / np.maximum(np.sqrt(_dot(gradient, gradient)), 1e-300)  # before anything is known: a step of length one
    q *= np.divide(curvature[0], length, out=first, where=length > 0)[:, None]
    for s, t, i, share in reversed(list(zip(steps, turns, inverse, shares))):
        q += (share - i * _dot(t, q))[:, None] * s
    return -q


def _remember(steps: FloatArray, turns: FloatArray, which: IntArray, step: FloatArray, turn: FloatArray) -> None:
    """Push the newest pair of each problem, unless its curvature is lost in rounding."""
    product = _dot(step, turn)
    sound = product > 1e-14 * np.sqrt(_dot(step, step) * _dot(turn, turn))
    for memory, newest in ((steps, step), (turns, turn)):
        kept = memory[:-1, which[sound]]
        memory[1:, which[sound]] = kept
        memory[0, which[sound]] = newest[sound]


@dataclass(frozen=True)
class _Moved:
    """The points that a line search reached: x (p, m), value (p,), gradient (p, m), and whether it found one (p,)."""

    x: FloatArray
    value: FloatArray
    gradient: FloatArray
    found: BoolArray

    def take(self, rows: BoolArray) -> _Moved:
        return _Moved(self.x[rows], self.value[rows], self.gradient[rows], self.found[rows])


def _search(
    objective: Objective, x: FloatArray, value: FloatArray, gradient: FloatArray, direction: FloatArray, which: IntArray
) -> _Moved:
    """Weak Wolfe steps by bisection, each problem with its own bracket."""
    p = len(x)
    slope = _dot(gradient, direction)
    low, high, length = np.zeros(p), np.full(p, np.inf), np.ones(p)
    new = _Moved(x.copy(), value.copy(), gradient.copy(), np.zeros(p, dtype=bool))
    for _ in range(SEARCH_STEPS):
        open_ = np.flatnonzero(~new.found & (slope < 0))
        if not len(open_):
            break
        tried = x[open_] + length[open_, None] * direction[open_]
        values, gradients = objective(tried, which[open_])
        allowed = value[open_] + DECREASE * length[open_] * slope[open_] + ROUNDING * np.abs(value[open_])
        too_far = ~(values <= allowed)
        too_short = ~too_far & (_dot(gradients, direction[open_]) < CURVATURE * slope[open_])
        good = ~(too_far | too_short)
        hit = open_[good]
        new.x[hit], new.value[hit], new.gradient[hit], new.found[hit] = tried[good], values[good], gradients[good], True
        high[open_[too_far]] = length[open_[too_far]]
        low[open_[too_short]] = length[open_[too_short]]
        length = np.where(np.isinf(high), 2 * np.maximum(low, 0.5), (low + high) / 2)
    return new
