"""What every linear head shares: weights on raw features, and scores from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted, validate_data

from hindmost.core.head import Head
from hindmost.core.rows import FloatArray
from hindmost.heads._estimator import HeadEstimator
from hindmost.heads._fits import Fits


class LinearHead(HeadEstimator):
    """A linear classifier on raw features.

    Attributes
    ----------
    coef_ : float array, shape (1, d) if binary, else (c, d)      any scaler is folded in
    intercept_ : float array, shape (1,) or (c,)
    single_coefs_ : float array, shape (retrains, 1 or c, d), or None
        the fits before averaging, on standardised features; None where there is one fit
    single_fits_ : Fits or None
        the same fits on raw features, with their intercepts
    """

    coef_: FloatArray
    intercept_: FloatArray
    single_coefs_: FloatArray | None
    single_fits_: Fits | None = None

    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Scores, shape (n,) if binary (positive: the second class), else (n, c)."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        scores = rows @ self.coef_.T + self.intercept_
        return np.asarray(scores[:, 0] if len(self.classes_) == 2 else scores)

    def _set(self, head: Head) -> None:
        """Take the weights of a head, in scikit-learn's form."""
        binary = head.n_classes == 2
        self.coef_ = head.margin_weights()[None] if binary else np.array(head.coef)
        self.intercept_ = np.diff(head.intercept) if binary else np.array(head.intercept)
