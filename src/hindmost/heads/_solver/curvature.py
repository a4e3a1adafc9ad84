"""The curvature of an L2 fit as a linear map, and an approximate inverse of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from hindmost.core.rows import FloatArray
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.intercept import intercept_curvature
from hindmost.heads._solver.losses import Loss

Factors = list[tuple[NDArray[np.float32], bool]]
DAMPING = np.float32(1e-5)


@dataclass(frozen=True)
class Curvature:
    """Second derivative of loss plus ridge at scores F, with free intercepts kept at their optimum."""

    columns: Columns
    loss: Loss
    F: FloatArray
    free: FloatArray | None  # inverse curvature of the free intercepts (r, r); None where they are penalised

    @classmethod
    def at(cls, columns: Columns, loss: Loss, F: FloatArray, free: bool) -> Curvature:
        inverse = np.asarray(np.linalg.pinv(intercept_curvature(loss, F), hermitian=True), dtype=np.float64)
        return cls(columns, loss, F, inverse if free else None)

    def follow(self, dF: FloatArray) -> FloatArray:
        """What the intercepts do while the scores change by dF (n, r), shape (r,)."""
        if self.free is None:
            return np.zeros(dF.shape[1])
        return np.asarray(-self.free @ self.loss.curve(self.F, dF).sum(axis=0))

    def __call__(self, d: FloatArray) -> FloatArray:
        """The curvature times a change of the weights d (r, width)."""
        dF = self.columns.push(d)
        return self.columns.pull(self.loss.curve(self.F, dF + self.follow(dF))) + d

    def factors(self) -> Factors:
        """Cholesky factors of the curvature within each output, float32."""
        return [self._factor(np.sqrt(share)[:, None]) for share in self.loss.shares(self.F).T]

    def _factor(self, root: FloatArray) -> tuple[NDArray[np.float32], bool]:
        scaled = np.multiply(self.columns.X, root, dtype=np.float32, casting="same_kind")
        if self.columns.constant:
            scaled = np.column_stack([scaled, root.astype(np.float32)])
        H = scaled.T @ scaled
        H[np.diag_indices(len(H))] = H.diagonal() * (1 + DAMPING) + np.float32(1)
        factor: tuple[NDArray[np.float32], bool] = cho_factor(H, lower=True, overwrite_a=True, check_finite=False)
        return factor


def solve_newton(curvature: Curvature, factors: Factors, G: FloatArray, most: int) -> tuple[FloatArray, int]:
    """Minus the inverse curvature times the slope G (r, width), by conjugate gradients; products taken."""
    length = float(np.linalg.norm(G))
    goal = 0.1 * min(0.1, np.sqrt(length)) * length
    d, rest = np.zeros_like(G), -G
    z = _precondition(factors, rest)
    p, rz = z, float((rest * z).sum())
    products = 0
    while products < most:
        products += 1
        Hp = curvature(p)
        a = rz / float((p * Hp).sum())
        d, rest = d + a * p, rest - a * Hp
        if np.linalg.norm(rest) <= goal:
            break
        z = _precondition(factors, rest)
        before, rz = rz, float((rest * z).sum())
        p = z + (rz / before) * p
    return d, products


def _precondition(factors: Factors, x: FloatArray) -> FloatArray:
    single = x.astype(np.float32)
    solved = [cho_solve(factor, row, check_finite=False) for factor, row in zip(factors, single)]
    return np.asarray(solved, dtype=np.float64)
