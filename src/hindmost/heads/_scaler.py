"""Standardising features, and folding the scaler into the weights afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.preprocessing import StandardScaler

from hindmost.core.blocks import blocks
from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray


@dataclass(frozen=True)
class Scaler:
    """Features minus ``center``, over ``scale``; both of shape (d,), scale > 0."""

    center: FloatArray
    scale: FloatArray

    def __call__(self, X: FloatArray) -> FloatArray:
        """Standardised features, shape (n, d)."""
        return np.asarray((X - self.center) / self.scale)

    def fold(self, coef: FloatArray, intercept: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weights (k, d) and intercepts (k,) on raw features that give the scores of these on standardised ones."""
        raw = coef / self.scale
        return raw, intercept - raw @ self.center


def scaler_of(X: NDArray[np.floating]) -> Scaler:
    """Mean and standard deviation of the rows X (n, d) in float64; a constant feature keeps scale 1."""
    fitted = StandardScaler()
    for part in blocks(X):
        fitted.partial_fit(np.asarray(X[part], dtype=np.float64))
    return Scaler(fitted.mean_, fitted.scale_)


def scaler_from(center: ArrayLike | None, scale: ArrayLike | None, X: FloatArray) -> Scaler:
    """The scaler that was passed, checked against X (n, d), or that of X where none was.

    Raises
    ------
    InputError
        Only one of the two came, a shape is not (d,), or a scale is not positive.
    """
    if center is None and scale is None:
        return scaler_of(X)
    if center is None or scale is None:
        raise InputError("center and scale belong together, but only one of them came. Pass both or neither.")
    given = Scaler(np.asarray(center, dtype=np.float64), np.asarray(scale, dtype=np.float64))
    for name, values in (("center", given.center), ("scale", given.scale)):
        if values.shape != (X.shape[1],):
            raise InputError(f"{name} has shape {values.shape}, X has {X.shape[1]} features. Pass one value each.")
    if not (np.isfinite(given.center).all() and np.isfinite(given.scale).all() and (given.scale > 0).all()):
        raise InputError("center and scale must be finite and scale positive. Give constant features scale 1.")
    return given
