"""From a fitted scikit-learn classifier to the head that the other rooms read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hindmost.core.errors import InputError
from hindmost.core.head import Head, Predictor, predictions
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._estimator import HeadEstimator
from hindmost.heads._linear import LinearHead


def to_head(estimator: LinearHead) -> Head:
    """The linear map of a fitted head, one row a class.

    Parameters
    ----------
    estimator : LinearHead, fitted on classes 0..c-1

    Returns
    -------
    Head : coef (c, d), intercept (c,); a binary row ``w`` becomes ``[-w/2, w/2]``

    Raises
    ------
    InputError
        The classes of the fit are not 0..c-1, so that rows of the head would name other classes.
    """
    n_classes = _checked(estimator)
    if n_classes == 2:
        return Head.from_binary(estimator.coef_, estimator.intercept_)
    return Head(estimator.coef_.copy(), estimator.intercept_.copy())


@dataclass(frozen=True)
class Scored:
    """A fitted head that is not linear: its logits, without weights to look at, map or export."""

    estimator: HeadEstimator

    @property
    def n_classes(self) -> int:
        return len(self.estimator.classes_)

    def logits(self, X: NDArray[np.floating]) -> FloatArray:
        """Logits of rows X (n, d) in float64, shape (n, c); a binary score s becomes [-s/2, s/2]."""
        scores = self.estimator.decision_function(np.asarray(X, dtype=np.float64))
        return np.column_stack([-scores / 2, scores / 2]) if scores.ndim == 1 else scores

    def predict(self, X: NDArray[np.floating]) -> IntArray:
        """Class ids, shape (n,); ties go to the lower id."""
        return predictions(self.logits(X))


def to_predictor(estimator: HeadEstimator) -> Predictor:
    """A fitted head as the tables read it: a ``Head`` where it is linear, else its scores.

    Raises
    ------
    InputError
        The classes of the fit are not 0..c-1.
    """
    if isinstance(estimator, LinearHead):
        return to_head(estimator)
    _checked(estimator)
    return Scored(estimator)


def _checked(estimator: HeadEstimator) -> int:
    """The number of classes, where they are 0..c-1."""
    check_is_fitted(estimator)
    n_classes = len(estimator.classes_)
    if not np.array_equal(estimator.classes_, np.arange(n_classes)):
        raise InputError(
            f"A head expected classes 0..{n_classes - 1}, but was fitted on {estimator.classes_.tolist()}. "
            "Fit it on rows that hold every class, numbered from 0 without gaps."
        )
    return n_classes
