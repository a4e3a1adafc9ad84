"""Several linear fits on raw features, and what each says of the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Fits:
    """k fits: coef (k, 1 or c, d), intercept (k, 1 or c)."""

    coef: FloatArray
    intercept: FloatArray

    def __len__(self) -> int:
        return len(self.coef)

    def predict(self, X: FloatArray) -> IntArray:
        """Class positions of rows X (n, d), shape (k, n); binary: the second class where its score is positive."""
        k, r, d = self.coef.shape
        scores = X @ self.coef.reshape(k * r, d).T + self.intercept.reshape(-1)  # (n, k * r)
        by_fit = scores.T.reshape(k, r, len(X))
        found = by_fit[:, 0] > 0 if r == 1 else by_fit.argmax(axis=1)
        return np.asarray(found, dtype=np.int64)
