"""The logistic regressions of scikit-learn that the heads are made of, without leaking warnings."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

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


def l2_fit(X: FloatArray, y: IntArray, *, C: float, max_iter: int) -> Fit:
    """L2 logistic regression by lbfgs; multinomial for more than two classes. X (n, d), y (n,)."""
    return _run(LogisticRegression(C=C, max_iter=max_iter), X, y)


def l1_fit(
    X: FloatArray, y: IntArray, *, n_classes: int, C: float, tol: float, max_iter: int, rng: np.random.RandomState
) -> Fit:
    """L1 logistic regression by liblinear, which penalises the intercept too; one-vs-rest above two classes.

    The stream advances by one draw whatever the number of classes, as liblinear did when it took
    several classes itself: each one-vs-rest fit starts from the same state.
    """
    model = LogisticRegression(l1_ratio=1, solver="liblinear", C=C, tol=tol, max_iter=max_iter, random_state=rng)
    if n_classes == 2:
        return _run(model, X, y)
    state = rng.get_state()
    fits = []
    for k in range(n_classes):
        rng.set_state(state)
        fits.append(_run(model, X, (y == k).astype(np.int64)))
    coef = np.concatenate([fit.coef for fit in fits])
    intercept = np.concatenate([fit.intercept for fit in fits])
    return Fit(coef, intercept, max(fit.n_iter for fit in fits), all(fit.converged for fit in fits))


def _run(model: LogisticRegression, X: FloatArray, y: IntArray) -> Fit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # counted by the caller and recorded instead
        model.fit(X, y)
    n_iter = int(model.n_iter_.max())
    return Fit(model.coef_, np.atleast_1d(model.intercept_), n_iter, n_iter < model.max_iter)
