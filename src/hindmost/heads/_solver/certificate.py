"""How far a fit can be from the optimum: violation of the optimality conditions, and the duality gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray
from hindmost.heads._solver.losses import Loss
from hindmost.heads._solver.problem import Penalty

ROUNDING = 1e-14  # added to every relative gap: what the sums themselves may hide
INTERCEPT_TOLERANCE = 1e-8  # of a free intercept's own equation, over the weight of all rows


@dataclass(frozen=True)
class Certificate:
    """What is proved about one fit, in float64 on all features.

    Parameters
    ----------
    objective : float      value reached: C * sum_i s_i loss_i + penalty
    gap : float            bound on objective minus optimum, over the objective; 0 where the objective is 0
    kkt : float            largest violation of the subgradient conditions, over the largest slope that the penalty
                           has at the fit: l1_ratio + (1 - l1_ratio) max |w|; not divided where that is 0
    tol : float            relative gap that was asked for
    certified : bool       gap <= tol, and a free intercept solves its own equation
    """

    objective: float
    gap: float
    kkt: float
    tol: float
    certified: bool


def relative_gap(loss: Loss, F: FloatArray, w: FloatArray, V: FloatArray, penalty: Penalty) -> tuple[float, float]:
    """Objective, and the duality gap relative to it.

    The dual point is the residual scaled by tau <= 1; the gap is a sum of Fenchel-Young terms, none negative.

    Parameters
    ----------
    F : float array (n, r)     scores
    w, V : float arrays of one shape     weights, and the derivative of the loss term in them
    """
    objective = float(loss.s @ loss.value(F)) + penalty.value(w)
    gap = min(_gap_at(tau, loss, F, w, V, penalty) for tau in _scalings(V, penalty))
    return objective, max(gap, 0.0) / objective + ROUNDING if objective > 0 else 0.0


def certify(loss: Loss, F: FloatArray, w: FloatArray, V: FloatArray, penalty: Penalty, tol: float) -> Certificate:
    """What scores F (n, r), weights w and derivatives V (r, width) prove about a fit."""
    objective, gap = relative_gap(loss, F, w, V, penalty)
    worst = float(violation(w, V, penalty).max(initial=0.0))
    settled = True
    if penalty.free:
        unsettled = float(np.abs(loss.residual(F).sum(axis=0)).max())
        worst, settled = max(worst, unsettled), unsettled <= INTERCEPT_TOLERANCE * float(loss.s.sum())
    scale = penalty.l1 + penalty.l2 * float(np.abs(w).max(initial=0.0))
    return Certificate(objective, gap, worst / scale if scale > 0 else worst, tol, bool(settled and gap <= tol))


def violation(w: FloatArray, V: FloatArray, penalty: Penalty) -> FloatArray:
    """Distance of zero from the subdifferential in each weight, shape of w."""
    slope = V + penalty.l2 * w
    off = np.maximum(np.abs(slope) - penalty.l1, 0)
    return np.asarray(np.where(w == 0, off, np.abs(slope + penalty.l1 * np.sign(w))))


def _scalings(V: FloatArray, penalty: Penalty) -> set[float]:
    largest = float(np.abs(V).max(initial=0.0))
    fits = min(1.0, penalty.l1 / largest) if largest > 0 else 1.0
    if penalty.l2 == 0:
        return {fits}
    return {1.0, fits} if penalty.l1 > 0 else {1.0}


def _gap_at(tau: float, loss: Loss, F: FloatArray, w: FloatArray, V: FloatArray, penalty: Penalty) -> float:
    if penalty.l1 == 0:
        return 0.5 * float(np.square(w + V).sum())  # tau = 1: a square, nothing cancels
    pairing = penalty.value(w) + tau * float((w * V).sum())
    if penalty.l2 > 0:
        pairing += float(np.square(np.maximum(tau * np.abs(V) - penalty.l1, 0)).sum()) / (2 * penalty.l2)
    return loss.dual_gap(F, tau) + pairing
