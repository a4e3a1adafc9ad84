"""From scikit-learn's form to one row a class."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.core.head import predictions
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head


def test_three_classes_keep_scores_and_predictions() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    X = rng.normal(size=(90, 4)) + 2 * np.eye(4)[y]
    fitted = Refit().fit(X, y)
    logits = to_head(fitted).logits(X)
    np.testing.assert_allclose(logits, fitted.decision_function(X), rtol=0, atol=1e-10)
    np.testing.assert_array_equal(predictions(logits), fitted.predict(X))


def test_binary_row_is_halved() -> None:
    fitted = Refit().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    head = to_head(fitted)
    np.testing.assert_array_equal(head.coef, [-fitted.coef_[0] / 2, fitted.coef_[0] / 2])


def test_estimator_stays_writeable() -> None:
    fitted = Refit().fit(np.eye(3), [0, 1, 2])
    to_head(fitted)
    assert fitted.coef_.flags.writeable


def test_a_missing_class_is_refused() -> None:
    with pytest.raises(InputError, match=r"was fitted on \[0, 2\]"):
        to_head(Refit().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 2, 2]))
