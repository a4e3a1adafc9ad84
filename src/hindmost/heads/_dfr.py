"""What the DFR protocols share: L1 logistic regressions on balanced rows, their mean, and the record of both."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._fits import Fits
from hindmost.heads._scaler import Scaler
from hindmost.heads._solver import Fit, l1_fit
from hindmost.heads._strata import Strata

WATERBIRDS_GRID = (1.0, 0.7, 0.3, 0.1, 0.07, 0.03, 0.01)


@dataclass(frozen=True)
class L1:
    """L1 logistic regression as the scripts fit it: liblinear, which penalises the intercept too.

    Parameters
    ----------
    classes : array (c,)     names of the class positions 0..c-1, for the error
    tol, max_iter : float, int
    """

    classes: NDArray[Any]
    tol: float
    max_iter: int

    def fit(self, X: FloatArray, y: IntArray, C: float, rng: np.random.RandomState) -> Fit:
        """One fit on rows X (n, d) of class positions y (n,); one draw from ``rng``.

        Raises
        ------
        InputError
            A class has no rows.
        """
        self._need_classes(y)
        return l1_fit(X, y, n_classes=len(self.classes), C=C, tol=self.tol, max_iter=self.max_iter, rng=rng)

    def weighted(
        self, X: FloatArray, y: IntArray, C: float, weights: tuple[float, float], rng: np.random.RandomState
    ) -> Fit:
        """One fit of two classes whose losses are weighted; one draw from ``rng``."""
        self._need_classes(y)
        model = LogisticRegression(
            l1_ratio=1,
            solver="liblinear",
            C=C,
            class_weight=dict(enumerate(weights)),
            tol=self.tol,
            max_iter=self.max_iter,
            random_state=rng,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # counted and recorded instead
            model.fit(X, y)
        n_iter = int(model.n_iter_.max())
        return Fit(model.coef_, np.atleast_1d(model.intercept_), n_iter, n_iter < self.max_iter)

    def path(self, X: FloatArray, y: IntArray, Cs: Sequence[float], rng: np.random.RandomState) -> list[Fit]:
        """One fit for each C on the same rows, in the order of ``Cs``."""
        return [self.fit(X, y, float(C), rng) for C in Cs]

    def _need_classes(self, y: IntArray) -> None:
        absent = sorted(set(range(len(self.classes))) - set(y.tolist()))
        if absent:
            raise InputError(
                f"A balanced subset expected rows of every class, but class {self.classes[absent[0]]!r} is not in it. "
                "Pass strata that lie within classes (class x cue)."
            )


@dataclass(frozen=True)
class Mean:
    """The mean of several fits: weights on raw features (1 or c, d), and the fits on standardised and raw ones."""

    coef: FloatArray
    intercept: FloatArray
    singles: FloatArray  # (fits, 1 or c, d)
    raw: Fits

    def predict(self, X: FloatArray) -> IntArray:
        """Class positions of rows X (n, d) of raw features, shape (n,)."""
        scores = X @ self.coef.T + self.intercept
        return np.asarray(scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1), dtype=np.int64)


def mean_of(fits: Sequence[Fit], scaler: Scaler) -> Mean:
    """Average weights and intercepts of fits on standardised features, then fold the scaler in."""
    singles = np.stack([fit.coef for fit in fits])
    intercept = np.mean([fit.intercept for fit in fits], axis=0)
    folded = [scaler.fold(fit.coef, fit.intercept) for fit in fits]
    raw = Fits(np.stack([coef for coef, _ in folded]), np.stack([b for _, b in folded]))
    return Mean(*scaler.fold(singles.mean(axis=0), intercept), singles, raw)


def check_plan(name: str, C_grid: Sequence[float], n_retrains: int) -> None:
    """Raise InputError where there is nothing to fit, or a penalty is not positive and finite."""
    if n_retrains < 1 or not len(C_grid):
        raise InputError(
            f"{name} expected n_retrains >= 1 and a C_grid with entries, but {n_retrains} and "
            f"{C_grid!r} came. Leave them out for the published protocol."
        )
    if not all(np.isfinite(C) and C > 0 for C in C_grid):
        raise InputError(
            f"C_grid must hold positive finite numbers, but {C_grid!r} came. A small C is a strong penalty."
        )


def record(C: float, grid: Sequence[float], groups: Strata, fits: Sequence[Fit], retrains: int) -> dict[str, Any]:
    """What every protocol says of its fit, in plain values. ``fits``: all fits that were made, tuning included."""
    tried = [float(value) for value in grid]
    return {
        "C": C,
        "C_grid": tried,
        "at_grid_edge": C in (min(tried), max(tried)),
        "n_retrains": int(retrains),
        "strata": [int(i) for i in groups.ids],
        "per_group": int(np.bincount(groups.codes).min()),
        "unconverged_fits": sum(not fit.converged for fit in fits),
    }
