"""Plain logistic regression, scaler folded in."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hindmost.core.features import Features
from hindmost.heads.refit import Refit


@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_is_scikit_learns_pipeline_folded(n_classes: int) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, n_classes, 120)
    X = (rng.normal(size=(120, 5)) + np.eye(5)[y]) * [1, 10, 0.1, 5, 0] + [0, 3, -2, 0, 7]  # the last never varies
    oracle = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(X, y)
    fitted = Refit().fit(X, y)
    np.testing.assert_allclose(fitted.decision_function(X), oracle.decision_function(X), rtol=0, atol=1e-10)
    np.testing.assert_array_equal(fitted.predict(X), oracle.predict(X))


def test_it_falls_for_the_shortcut(shortcut: Callable[..., Features]) -> None:
    train, test = shortcut().of("train"), shortcut().of("test")
    right = Refit().fit(train.X, train.rows.y, strata=train.rows.strata).predict(test.X) == test.rows.y
    accuracy = [right[test.rows.group == g].mean() for g in range(4)]
    assert min(accuracy) < right.mean() - 0.1


def test_an_unfinished_fit_is_recorded_and_not_warned_of() -> None:
    rng = np.random.default_rng(0)
    fitted = Refit(max_iter=1).fit(rng.normal(size=(50, 5)), rng.integers(0, 2, 50))
    assert fitted.selected_["unconverged_fits"] == 1
