"""From a fitted scikit-learn classifier to the head that the other rooms read."""

from __future__ import annotations

import numpy as np
from sklearn.utils.validation import check_is_fitted

from hindmost.core.errors import InputError
from hindmost.core.head import Head
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
    check_is_fitted(estimator)
    n_classes = len(estimator.classes_)
    if not np.array_equal(estimator.classes_, np.arange(n_classes)):
        raise InputError(
            f"A head expected classes 0..{n_classes - 1}, but was fitted on {estimator.classes_.tolist()}. "
            "Fit it on rows that hold every class, numbered from 0 without gaps."
        )
    if n_classes == 2:
        return Head.from_binary(estimator.coef_, estimator.intercept_)
    return Head(estimator.coef_.copy(), estimator.intercept_.copy())
