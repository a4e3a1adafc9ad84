"""The logistic regressions of scikit-learn that published scripts use, without leaking warnings."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._solver.fit import Fit


def l2_fit(X: FloatArray, y: IntArray, *, C: float, max_iter: int) -> Fit:
    """L2 logistic regression by lbfgs; multinomial for more than two classes. X (n, d), y (n,)."""
    return run(LogisticRegression(C=C, max_iter=max_iter), X, y)


def l1_fit(
    X: FloatArray, y: IntArray, *, n_classes: int, C: float, tol: float, max_iter: int, rng: np.random.RandomState
) -> Fit:
    """L1 logistic regression by liblinear, which penalises the intercept too; one-vs-rest above two classes.

    The stream advances by one draw whatever the number of classes, as liblinear did when it took
    several classes itself: each one-vs-rest fit starts from the same state.
    """
    model = LogisticRegression(l1_ratio=1, solver="liblinear", C=C, tol=tol, max_iter=max_iter, random_state=rng)
    if n_classes == 2:
        return run(model, X, y)
    state = rng.get_state()
    fits = []
    for k in range(n_classes):
        rng.set_state(state)
        fits.append(run(model, X, (y == k).astype(np.int64)))
    coef = np.concatenate([fit.coef for fit in fits])
    intercept = np.concatenate([fit.intercept for fit in fits])
    return Fit(coef, intercept, max(fit.n_iter for fit in fits), all(fit.converged for fit in fits))


def run(model: LogisticRegression, X: FloatArray, y: IntArray, sample_weight: FloatArray | None = None) -> Fit:
    """Fit a scikit-learn model; whether it converged is counted by the caller and recorded, not warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y, sample_weight=sample_weight)
    n_iter = int(np.max(model.n_iter_))
    return Fit(model.coef_, np.atleast_1d(model.intercept_), n_iter, n_iter < model.max_iter)
