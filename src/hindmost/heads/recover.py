"""The network's own head, from features and the logits that it gave on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dpotrf

from hindmost.core.errors import InputError
from hindmost.core.head import Head, predictions
from hindmost.core.rows import FloatArray
from hindmost.heads._scaler import scaler_of

# Rounding to bfloat16 on the way leaves 1 - 1.5e-6 (measured on a network's stored features and logits, where
# every prediction agrees). At 0.999 a normal margin changes its sign on arccos(sqrt(0.999)) / pi = 1 % of the rows,
# as much as a baseline may be off; logits of other rows or another network lie far below.
SMALLEST_R2 = 0.999
WEAKEST_PIVOT = 1e-4  # of the largest: a safe distance from 1e-8, where the pivots of dependent features end


@dataclass(frozen=True)
class Recovery:
    """A recovered head and how well it gives the logits back.

    Parameters
    ----------
    head : Head
    r2 : float               share of the variance of a logit that it explains, lowest over the classes,
                             corrected for the number of directions fitted
    residual : float         largest |residual| of a logit, in standard deviations of that logit
    agreement : float        share of rows whose predicted class is that of the logits
    rank : int               directions of the features that vary
    """

    head: Head
    r2: float
    residual: float
    agreement: float
    rank: int


def recover(X: NDArray[np.floating], logits: NDArray[np.floating]) -> Head:
    """The linear head that gives ``logits`` on ``X``, by least squares.

    Parameters
    ----------
    X : float array, shape (n, d)
    logits : float array, shape (n, c)     up to a shift per row, which no prediction or margin sees

    Returns
    -------
    Head : coef (c, d) and intercept (c,), each summing to 0 over the classes; the smallest
        standardised weights that fit, where features are linearly dependent

    Raises
    ------
    InputError
        The logits are not a linear map of these features, or too few rows came to tell.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [3.0], [4.0]])
    >>> recover(X, np.hstack([-X, X])).margin_weights().round(6)
    array([2.])
    """
    return measured(X, logits).head


def measured(X: NDArray[np.floating], logits: NDArray[np.floating]) -> Recovery:
    """The same as ``recover``, with how well the head gives the logits back."""
    rows, wanted = _read(X, logits)
    head, rank = _least_squares(rows, wanted)
    freedom = len(rows) - 1 - rank
    if freedom < 1:
        raise InputError(
            f"Recovering a head expected more rows than the {rank} directions of its features, plus one, but "
            f"{len(rows)} came. Pass more rows, or the checkpoint; without logits the baseline is 'refit'."
        )
    r2, residual = _fit_of(wanted, head.logits(rows), freedom)
    if r2 < SMALLEST_R2:
        raise InputError(
            f"The logits expected to be a linear map of these features (R2 >= {SMALLEST_R2}), but R2 is {r2:.3f}. "
            "Pass features and logits of the same network and the same rows, in the same order."
        )
    agreement = float((predictions(head.logits(rows)) == predictions(wanted)).mean())
    return Recovery(head, r2, residual, agreement, rank)


def _read(X: NDArray[np.floating], logits: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
    if X.ndim != 2 or logits.ndim != 2 or len(X) != len(logits) or logits.shape[1] < 2:
        raise InputError(
            f"Expected features (n, d) and logits (n, c) with c >= 2, but {X.shape} and {logits.shape} came. "
            "Pass one line of each per row."
        )
    wanted = np.asarray(logits, dtype=np.float64)
    return np.asarray(X, dtype=np.float64), wanted - wanted.mean(axis=1, keepdims=True)


def _least_squares(rows: FloatArray, wanted: FloatArray) -> tuple[Head, int]:
    """Least squares with intercept, the smallest standardised weights among equals, and the rank of the rows.

    Normal equations, many times faster than a factorisation of the rows; the second round gives back
    the digits that squaring the features costs.
    """
    scaler, shift = scaler_of(rows), wanted.mean(axis=0)
    scaled, aim = scaler(rows), wanted - shift
    solve, rank = _inverse(scaled.T @ scaled, len(rows))
    weights = np.zeros((rows.shape[1], wanted.shape[1]))
    for _ in range(2):
        weights += solve(scaled.T @ (aim - scaled @ weights))
    return Head(*scaler.fold(weights.T, shift)), rank


def _inverse(gram: FloatArray, n: int) -> tuple[Callable[[FloatArray], FloatArray], int]:
    """Solve with the Gram matrix (d, d) of n standardised rows, and its rank; features that never vary get 0.

    Cholesky where the features are well apart; else eigenvectors, without the directions that are rounding.
    """
    dead = np.diag(gram) < n / 2  # a standardised feature has n there, one that never varies has 0
    if not dead.all() and n > len(gram) - dead.sum():
        factor, info = dpotrf(gram + np.diag(dead * float(n)))
        if info == 0 and np.diag(factor).min() > WEAKEST_PIVOT * np.diag(factor).max():
            return lambda right: cho_solve((factor, False), right), int((~dead).sum())
    values, vectors = np.linalg.eigh(gram)
    kept = values > max(n, len(gram)) * np.finfo(np.float64).eps * max(values[-1], 1.0)
    basis = vectors[:, kept]
    return lambda right: basis @ ((basis.T @ right) / values[kept, None]), int(kept.sum())


def _fit_of(wanted: FloatArray, given: FloatArray, freedom: int) -> tuple[float, float]:
    """Lowest corrected R2, and largest residual in standard deviations, over the classes."""
    spread = wanted.std(axis=0)
    if not (spread > 0).all():
        raise InputError("A logit is the same on every row. Pass the network's outputs before any decision.")
    misfit = wanted - given
    explained = 1 - (misfit**2).sum(axis=0) / freedom / (spread**2 * len(wanted) / (len(wanted) - 1))
    return float(explained.min()), float((np.abs(misfit) / spread).max())
