"""Logistic and softmax loss on weighted rows: value, derivative, curvature, conjugate.

Scores are F (n, r) with r = 1 (two classes) or r = c. ``s`` (n,) holds C times the weight of each row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit, logsumexp, softmax, xlogy

from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Logistic:
    """log(1 + exp(-t f)) with t = -1 for class 0 and +1 for class 1."""

    y: IntArray
    s: FloatArray

    @cached_property
    def sign(self) -> FloatArray:
        return np.where(self.y == 1, 1.0, -1.0)

    def value(self, F: FloatArray) -> FloatArray:
        """Loss of each row, not weighted, shape (n,)."""
        return np.asarray(np.logaddexp(0, -self.sign * F[:, 0]))

    def residual(self, F: FloatArray) -> FloatArray:
        """Derivative of the weighted loss in the scores, shape (n, 1)."""
        return np.asarray((-self.s * self.sign * expit(-self.sign * F[:, 0]))[:, None])

    def shares(self, F: FloatArray) -> FloatArray:
        """Diagonal of the weighted curvature, shape (n, 1)."""
        p = expit(F[:, 0])
        return np.asarray((self.s * p * expit(-F[:, 0]))[:, None])

    def curve(self, F: FloatArray, G: FloatArray) -> FloatArray:
        """The weighted curvature at F times a change of the scores G, shape (n, 1)."""
        return self.shares(F) * G

    def dual_gap(self, F: FloatArray, tau: float) -> float:
        """Sum over rows of s (loss(f) + loss*(tau r) - tau r f): zero for tau = 1 and never negative."""
        margin = self.sign * F[:, 0]
        u = tau * expit(-margin)
        rest = 1 - u if tau < 1 else expit(margin)
        return float(self.s @ (np.logaddexp(0, -margin) + xlogy(u, u) + xlogy(rest, rest) + u * margin))

    def hessian(self, M: FloatArray, outputs: IntArray, F: FloatArray) -> FloatArray:
        """Curvature in the weights of columns M (m, n), float32 products; outputs are all 0."""
        root = np.multiply(M, np.sqrt(self.shares(F)[:, 0]), dtype=np.float32, casting="same_kind")
        return np.asarray(root @ root.T, dtype=np.float64)


@dataclass(frozen=True)
class Softmax:
    """log sum_k exp(f_k) - f_y, one output per class."""

    y: IntArray
    s: FloatArray

    def _own(self, F: FloatArray) -> FloatArray:
        return np.asarray(np.take_along_axis(F, self.y[:, None], axis=1)[:, 0])

    def value(self, F: FloatArray) -> FloatArray:
        """Loss of each row, not weighted, shape (n,)."""
        return np.asarray(logsumexp(F, axis=1) - self._own(F))

    def residual(self, F: FloatArray) -> FloatArray:
        """Derivative of the weighted loss in the scores, shape (n, c)."""
        P = softmax(F, axis=1)
        P[np.arange(len(P)), self.y] -= 1
        return np.asarray(self.s[:, None] * P)

    def shares(self, F: FloatArray) -> FloatArray:
        """Diagonal of the weighted curvature, shape (n, c)."""
        P = softmax(F, axis=1)
        return np.asarray(self.s[:, None] * P * (1 - P))

    def curve(self, F: FloatArray, G: FloatArray) -> FloatArray:
        """The weighted curvature at F times a change of the scores G, shape (n, c)."""
        P = softmax(F, axis=1)
        return np.asarray(self.s[:, None] * P * (G - (P * G).sum(axis=1, keepdims=True)))

    def dual_gap(self, F: FloatArray, tau: float) -> float:
        """Sum over rows of s (loss(f) + loss*(tau r) - tau r f): zero for tau = 1 and never negative."""
        P = softmax(F, axis=1)
        R = P.copy()
        R[np.arange(len(P)), self.y] -= 1
        Q = tau * P
        Q[np.arange(len(P)), self.y] += 1 - tau
        return float(self.s @ (self.value(F) + xlogy(Q, Q).sum(axis=1) - tau * (R * F).sum(axis=1)))

    def hessian(self, M: FloatArray, outputs: IntArray, F: FloatArray) -> FloatArray:
        """Curvature in the weights of columns M (m, n) on their outputs (m,), float32 products."""
        P = softmax(F, axis=1).T[outputs]  # (m, n)
        scaled = np.multiply(M, P * np.sqrt(self.s), dtype=np.float32, casting="same_kind")
        H = -np.asarray(scaled @ scaled.T, dtype=np.float64)
        for k in np.unique(outputs):
            of = np.flatnonzero(outputs == k)
            root = np.multiply(M[of], np.sqrt(P[of] * self.s), dtype=np.float32, casting="same_kind")
            H[np.ix_(of, of)] += root @ root.T
        return H


Loss = Logistic | Softmax


def loss_of(y: IntArray, s: FloatArray, n_outputs: int) -> Loss:
    """The loss of rows with classes y and weights s."""
    return Logistic(y, s) if n_outputs == 1 else Softmax(y, s)
