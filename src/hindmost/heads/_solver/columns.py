"""The shared matrix, with the constant column of a penalised intercept that is never stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Columns:
    """X (n, d), and behind it a column of ones where ``constant``; width is d or d + 1."""

    X: FloatArray
    constant: bool

    @property
    def width(self) -> int:
        return self.X.shape[1] + self.constant

    def take(self, features: IntArray, rows: IntArray) -> FloatArray:
        """Columns ``features`` at ``rows``, one a row: shape (m, n_rows)."""
        stored = np.minimum(features, self.X.shape[1] - 1)
        taken = np.ascontiguousarray(self.X[np.ix_(rows, stored)].T)
        if self.constant:
            taken[features == self.X.shape[1]] = 1.0
        return taken

    def push(self, w: FloatArray) -> FloatArray:
        """Scores of weights w (r, width), shape (n, r)."""
        d = self.X.shape[1]
        return np.asarray(self.X @ w[:, :d].T + w[:, d:].sum(axis=1))

    def pull(self, R: FloatArray) -> FloatArray:
        """Derivatives in the weights of derivatives R (n, q) in scores, shape (q, width)."""
        V = R.T @ self.X
        return np.column_stack([V, R.sum(axis=0)]) if self.constant else V

    def of(self, rows: IntArray) -> Columns:
        """The same columns at some rows; no copy where it is all of them."""
        return self if len(rows) == len(self.X) else Columns(self.X[rows], self.constant)
