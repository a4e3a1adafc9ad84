"""One fit with its certificate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._solver.certificate import Certificate
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.fit import Fit
from hindmost.heads._solver.losses import loss_of


@dataclass(frozen=True)
class Solution:
    """Weights at one C, and what is proved about them.

    Parameters
    ----------
    coef : float array (r, d)        r = 1 for two classes (weights of class 1), else one row per class
    intercept : float array (r,)
    C : float
    n_iter : int                     Newton steps that this C took
    certificate : Certificate
    """

    coef: FloatArray
    intercept: FloatArray
    C: float
    n_iter: int
    certificate: Certificate

    @property
    def fit(self) -> Fit:
        """As the heads take it; converged means certified."""
        return Fit(self.coef, self.intercept, self.n_iter, self.certificate.certified)

    def scores(self, X: FloatArray) -> FloatArray:
        """Scores of rows X (n, d), shape (n, r), without any offset."""
        return np.asarray(X @ self.coef.T + self.intercept)

    def losses(self, X: FloatArray, y: IntArray) -> FloatArray:
        """Loss of each row, not weighted, shape (n,)."""
        return loss_of(y, np.ones(len(y)), len(self.coef)).value(self.scores(X))

    def residuals(self, X: FloatArray, y: IntArray) -> FloatArray:
        """Derivative of each row's loss in its scores, shape (n, r); the gradient in coef is its transpose times X."""
        return loss_of(y, np.ones(len(y)), len(self.coef)).residual(self.scores(X))


@dataclass(frozen=True)
class Found:
    """What a method hands over: weights w (r, width), free intercepts b (r,), steps taken."""

    w: FloatArray
    b: FloatArray
    steps: int


def solution(columns: Columns, found: Found, C: float, certificate: Certificate) -> Solution:
    """The weights split into coef and intercept; free intercepts of several classes sum to zero.

    Softmax does not see a constant on all scores, so their level is a convention.
    """
    d = columns.X.shape[1]
    level = found.b.mean() if len(found.b) > 1 else 0.0
    intercept = found.w[:, d] if columns.constant else found.b - level
    return Solution(found.w[:, :d], intercept, C, found.steps, certificate)
