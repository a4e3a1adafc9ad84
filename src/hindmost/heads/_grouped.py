"""Logistic regression by mean losses of groups: one set of rows, many penalties and group weights at once.

Every group-weighted head is a rule that turns the groups' mean losses into one number: a fixed average
(class-balanced, reweighted, subsampled) or the largest of them (group DRO). The penalty is the sources' weight
decay: half of it times the squared weights of all c rows, intercepts too. It makes each problem strongly convex,
so a gradient alone certifies how far a value can be from its minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._lbfgs import minimise

# losses (g, p) of problems ``which`` (p,) -> values (p,), derivatives by the losses (g, p), which are at least 0
Rule = Callable[[FloatArray, IntArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class Fits:
    """k fits over the same rows, each with its certificate.

    Parameters
    ----------
    points : float array (k, m)      the weights in the solver's own basis, to start the next solve from
    losses : float array (g, k)      mean loss of each group
    gap : float array (k,)           upper bound of the value minus its minimum
    value : float array (k,)
    n_iter : int array (k,)
    """

    points: FloatArray
    losses: FloatArray
    gap: FloatArray
    value: FloatArray
    n_iter: IntArray


class GroupedRows:
    """Rows of several groups with a class each, ready for many fits.

    Parameters
    ----------
    X : float array (n, d)
    y, codes : int arrays (n,)      class positions 0..n_classes-1; group 0..g-1, each with rows
    """

    def __init__(self, X: FloatArray, y: IntArray, codes: IntArray, n_classes: int) -> None:
        self._basis, rows = _row_space(X)
        self._rows = np.column_stack([rows, np.ones(len(X))])  # (n, m)
        self._y, self._codes = y, codes
        self.sizes = np.bincount(codes)
        self._share = (codes == np.arange(len(self.sizes))[:, None]) / self.sizes[:, None]  # (g, n)
        self.n_rows_of_weights = 1 if n_classes == 2 else n_classes

    @property
    def size(self) -> int:
        """Numbers in one point."""
        return self.n_rows_of_weights * self._rows.shape[1]

    def curvature(self, penalties: FloatArray) -> FloatArray:
        """Least curvature of each problem: one row w of a binary fit stands for [-w/2, w/2], which halves it."""
        return penalties / 2 if self.n_rows_of_weights == 1 else penalties

    def solve(self, rule: Rule, penalties: FloatArray, start: FloatArray, *, tol: float, max_iter: int) -> Fits:
        """Minimise rule(losses) + penalty for each of k problems, to a certified relative gap of ``tol``."""
        curvature = self.curvature(penalties)

        def objective(points: FloatArray, which: IntArray) -> tuple[FloatArray, FloatArray]:
            losses, residuals = self._losses(points)
            values, weights = rule(losses, which)
            gradient = self._pull(residuals, weights) + curvature[which, None] * points
            return values + curvature[which] / 2 * (points**2).sum(axis=1), gradient

        def done(values: FloatArray, gradients: FloatArray, which: IntArray) -> np.ndarray:
            return np.asarray((gradients**2).sum(axis=1) / (2 * curvature[which]) <= tol * values)

        found = minimise(objective, start, done=done, max_iter=max_iter)
        losses, _ = self._losses(found.x)
        gap = (found.gradient**2).sum(axis=1) / (2 * curvature)
        return Fits(found.x, losses, gap, found.value, found.n_iter)

    def weights(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weights (k, 1 or c, d) and intercepts (k, 1 or c) of points (k, m)."""
        table = points.reshape(len(points), self.n_rows_of_weights, -1)
        coef = table[..., :-1] if self._basis is None else table[..., :-1] @ self._basis
        return coef, table[..., -1]

    def _losses(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean losses (g, p), and derivatives of each row's loss by its scores (n, p, r)."""
        r = self.n_rows_of_weights
        scores = (self._rows @ points.reshape(len(points) * r, -1).T).reshape(len(self._y), len(points), r)
        if r == 1:
            sign = (2.0 * self._y - 1)[:, None]
            margin = sign * scores[..., 0]
            each = np.logaddexp(0, -margin)
            return self._share @ each, (-sign * expit(-margin))[..., None]
        total = logsumexp(scores, axis=2, keepdims=True)
        truth = np.eye(r)[self._y][:, None]  # (n, 1, r)
        each = total[..., 0] - (scores * truth).sum(axis=2)
        return self._share @ each, np.exp(scores - total) - truth

    def _pull(self, residuals: FloatArray, weights: FloatArray) -> FloatArray:
        """Gradient of the weighted losses, shape (p, m)."""
        n, p, r = residuals.shape
        by_row = (weights / self.sizes[:, None])[self._codes]  # (n, p)
        pulled = (residuals * by_row[..., None]).reshape(n, p * r).T @ self._rows
        return np.asarray(pulled.reshape(p, -1))


def average(shares: FloatArray) -> Rule:
    """The rule of a fixed average of the groups' losses: shares (g,), the same for each problem."""

    def rule(losses: FloatArray, which: IntArray) -> tuple[FloatArray, FloatArray]:
        return shares @ losses, np.repeat(shares[:, None], len(which), axis=1)

    return rule


def _row_space(X: FloatArray) -> tuple[FloatArray | None, FloatArray]:
    """A basis (n, d) of the rows and their coordinates, where features are more: best weights lie in their span."""
    if len(X) >= X.shape[1]:
        return None, X
    left, sizes, basis = np.linalg.svd(X, full_matrices=False)
    return basis, left * sizes
