"""The equation of a free intercept: residuals sum to zero in each output."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import FloatArray
from hindmost.heads._solver.losses import Loss

STEPS, LONGEST = 60, 5.0  # Newton steps, and the longest of them in units of the score


def settle(loss: Loss, F: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Scores F (n, r) shifted by the best constants, and those constants (r,)."""
    shift = np.zeros(F.shape[1])
    reached = float(loss.s @ loss.value(F))
    total = float(loss.s.sum())
    for _ in range(STEPS):
        slope = loss.residual(F).sum(axis=0)
        if np.abs(slope).max() <= 1e-14 * total:
            break
        step = -np.linalg.pinv(intercept_curvature(loss, F), hermitian=True) @ slope
        step *= min(1.0, LONGEST / max(float(np.abs(step).max()), 1e-300))
        found = float(loss.s @ loss.value(F + step))
        while found > reached and np.abs(step).max() > 1e-12:
            step *= 0.5
            found = float(loss.s @ loss.value(F + step))
        if found > reached:
            break
        F, shift, reached = F + step, shift + step, found
    return F, shift


def intercept_curvature(loss: Loss, F: FloatArray) -> FloatArray:
    """Second derivative in the intercepts, shape (r, r)."""
    r = F.shape[1]
    return np.stack([loss.curve(F, np.broadcast_to(np.eye(r)[k], F.shape)).sum(axis=0) for k in range(r)])
