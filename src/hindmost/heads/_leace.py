"""LEACE: the smallest affine change of the features after which no linear probe finds a concept.

With ``W`` the inverse square root of the covariance of x and ``u`` the left singular vectors of ``W cov(x, z)``,

    r(x) = x - W^+ u u' W (x - center).

The covariance is shrunk towards a multiple of the identity. A bound on the trace of the covariance, which other
implementations offer, has nothing to do here: the covariance of r(x) is that of x minus ``W^+ u u' W^+``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Eraser:
    """``x -> x - left @ right @ (x - center)`` for every row x.

    Parameters
    ----------
    center : float array (d,)
    left : float array (d, k)
    right : float array (k, d)         ``right @ left`` is the identity, so erasing twice is erasing once
    strength : float array (k,)        singular values of ``W cov(x, z)`` of the directions that were erased
    shrinkage : float in [0, 1]        share of the identity in the covariance
    """

    center: FloatArray
    left: FloatArray
    right: FloatArray
    strength: FloatArray
    shrinkage: float

    def __call__(self, X: FloatArray) -> FloatArray:
        """Erased rows, shape (n, d)."""
        return np.asarray(X - (X - self.center) @ self.right.T @ self.left.T)

    def fold(self, coef: FloatArray, intercept: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weights (m, d) and intercepts (m,) before erasing that give the scores of these after it."""
        taken = coef @ self.left @ self.right
        return coef - taken, intercept + taken @ self.center


def leace(X: FloatArray, Z: FloatArray, *, shrink: bool = True, tol: float = 0.01) -> Eraser:
    """The eraser of concept Z (n, k) from rows X (n, d).

    Parameters
    ----------
    shrink : bool      shrink the covariance of X (see ``shrunk``); False: the plain one, with n - 1
    tol : float > 0    directions with a singular value at or below this are left alone

    References
    ----------
    Belrose, Schneider-Joseph, Ravfogel, Cotterell, Raff, Biderman (2023), LEACE: Perfect linear concept erasure in
    closed form, NeurIPS; theorem 4.2 of arXiv:2306.03819.
    """
    n, d = X.shape
    center = X.mean(axis=0)
    rows = X - center
    covariance = rows.T @ rows
    share, covariance = shrunk(covariance / n, n) if shrink else (0.0, covariance / (n - 1))
    cross = rows.T @ (Z - Z.mean(axis=0)) / (n - 1)  # (d, k)
    values, vectors = np.linalg.eigh(covariance)
    kept = values > values[-1] * d * np.finfo(np.float64).eps
    root, basis = np.sqrt(values[kept]), vectors[:, kept]
    u, strength, _ = np.linalg.svd((basis / root) @ (basis.T @ cross), full_matrices=False)
    u, strength = u[:, strength > tol], strength[strength > tol]
    inside = basis.T @ u
    return Eraser(center, (basis * root) @ inside, ((basis / root) @ inside).T, strength, share)


def shrunk(S: FloatArray, n: int) -> tuple[float, FloatArray]:
    """The share of the identity, and the shrunk covariance, of S (d, d) from n rows.

    The best linear combination of S and the identity in squared distance to the true covariance, as d and n
    grow together; free of the distribution. The share is held within [0, 1].

    References
    ----------
    Bodnar, Gupta, Parolya (2014), Journal of Multivariate Analysis 132, 215-228 (arXiv:1308.2608).
    """
    d, trace = len(S), float(np.trace(S))
    level = trace / d
    off = float((S**2).sum()) - trace * level  # squared distance of S from its multiple of the identity
    share = min(1.0, trace**2 / n / off) if off > 0 else 1.0
    mixed = (1 - share) * S
    mixed[np.diag_indices(d)] += share * level
    return share, mixed


def within_class(X: FloatArray, y: IntArray, codes: IntArray) -> tuple[FloatArray, FloatArray]:
    """Rows X (n, d) and the concept "which stratum, given the class", both minus their means in the class.

    Each stratum of a class that has several is one column of the concept, scaled to variance 1 so that a rare
    stratum weighs no less than a common one; a class with a single stratum has nothing to erase.

    Parameters
    ----------
    y, codes : int arrays (n,)     classes and strata, each 0..k-1 with rows

    Returns
    -------
    X (n, d), Z (n, s); s = 0 where no class has two strata
    """
    _, cell = np.unique(np.column_stack([y, codes]), axis=0, return_inverse=True)
    member = (cell[:, None] == np.arange(cell.max() + 1)).astype(np.float64)
    of_class = (y[:, None] == np.arange(y.max() + 1)) / np.bincount(y)  # (n, c); each column sums to 1
    concept = member - (of_class.T @ member)[y]
    size = np.sqrt((concept**2).mean(axis=0))
    varies = size > np.sqrt(np.finfo(np.float64).eps)
    return X - (of_class.T @ X)[y], concept[:, varies] / size[varies]
