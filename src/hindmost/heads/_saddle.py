"""The smallest largest: weights that minimise the worst group's loss plus a penalty, with a certificate.

Each round softens the maximum by the group weights found so far, solves that smooth problem, and multiplies the
group weights by exp(loss / temperature): the published exponentiated gradient step, taken implicitly (the
proximal point method in relative entropy), which converges at any temperature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._grouped import GroupedRows, Rule

ROUNDS = 60
HOTTEST, COLDEST = 0.03, 1e-4  # temperatures, in units of loss; halved each round


@dataclass(frozen=True)
class Saddle:
    """k solved problems.

    Parameters
    ----------
    points : float array (k, m)
    losses, shares : float arrays (g, k)     mean loss and final weight of each group; weights sum to 1
    value : float array (k,)                 largest adjusted loss plus penalty
    n_iter : int array (k,)                  over all rounds
    gap : float array (k,)                   upper bound of value minus the minimum: the saddle gap
    """

    points: FloatArray
    losses: FloatArray
    shares: FloatArray
    value: FloatArray
    n_iter: IntArray
    gap: FloatArray


def solve_saddle(
    rows: GroupedRows, penalties: FloatArray, adjustments: FloatArray, *, tol: float, max_iter: int
) -> Saddle:
    """Minimise ``max_g (loss_g + adjustment_g) + penalty`` for each of k problems to a relative gap of ``tol``.

    The gap is the value minus a lower bound of the dual value at the final group weights q: the q-weighted sum,
    lowered by the squared gradient over twice the curvature that the penalty guarantees.

    Parameters
    ----------
    penalties : float array (k,)        weight decays, > 0
    adjustments : float array (g, k)    added to the groups' losses
    """
    k = len(penalties)
    curvature = rows.curvature(penalties)
    points, losses = np.zeros((k, rows.size)), np.zeros(adjustments.shape)
    shares = np.full(adjustments.shape, 1 / len(adjustments))
    value, gap, n_iter = np.ones(k), np.full(k, np.inf), np.zeros(k, dtype=np.int64)
    for turn in range(ROUNDS):
        open_ = np.flatnonzero(gap > tol * value)
        if not len(open_):
            break
        temperature = max(HOTTEST * 0.5**turn, COLDEST)
        soft = _softened(shares[:, open_], adjustments[:, open_], temperature)
        fits = rows.solve(soft, penalties[open_], points[open_], tol=tol / 4, max_iter=max_iter)
        adjusted = fits.losses + adjustments[:, open_]
        _, tilted = soft(fits.losses, np.arange(len(open_)))
        points[open_], losses[:, open_], shares[:, open_] = fits.points, fits.losses, tilted
        n_iter[open_] += fits.n_iter
        largest = adjusted.max(axis=0)
        value[open_] = largest + curvature[open_] / 2 * (fits.points**2).sum(axis=1)
        gap[open_] = largest - (tilted * adjusted).sum(axis=0) + fits.gap
    return Saddle(points, losses, shares, value, n_iter, gap)


def _softened(shares: FloatArray, adjustments: FloatArray, temperature: float) -> Rule:
    """The soft maximum of adjusted losses around group weights (g, k)."""
    prior = np.log(np.maximum(shares, 1e-300))

    def rule(losses: FloatArray, which: IntArray) -> tuple[FloatArray, FloatArray]:
        powers = prior[:, which] + (losses + adjustments[:, which]) / temperature
        total = logsumexp(powers, axis=0)
        return temperature * total, np.exp(powers - total)

    return rule
