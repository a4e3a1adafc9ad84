"""The weights of one fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Fit:
    """Weights of one fit: coef (1 or c, d), intercept (1 or c,), iterations, and whether the solver converged."""

    coef: FloatArray
    intercept: FloatArray
    n_iter: int
    converged: bool

    def predict(self, X: FloatArray) -> IntArray:
        """Class positions of rows X (n, d), shape (n,)."""
        scores = X @ self.coef.T + self.intercept
        found = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)
        return np.asarray(found, dtype=np.int64)
