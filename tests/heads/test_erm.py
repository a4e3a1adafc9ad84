"""The network's own head."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.base import clone

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head
from hindmost.heads.erm import ERM
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head


@pytest.fixture
def network() -> Head:
    rng = np.random.default_rng(1)
    return Head(rng.normal(size=(3, 5)), rng.normal(size=3))


def test_it_is_the_network_whatever_the_rows(network: Head) -> None:
    X = np.random.default_rng(2).normal(size=(20, 5))
    fitted = ERM(network).fit(X, np.zeros(20, dtype=int))  # rows of one class only: nothing is fitted
    assert not fitted.stand_in_
    np.testing.assert_array_equal(fitted.decision_function(X), network.logits(X))
    np.testing.assert_array_equal(fitted.predict(X), network.predict(X))
    np.testing.assert_array_equal(to_head(fitted).coef, network.coef)


def test_binary_head_comes_back_as_its_margin() -> None:
    base = Head(np.array([[1.0, 2.0], [4.0, -1.0]]), np.array([0.5, 0.25]))
    fitted = ERM(base).fit(np.ones((2, 2)), [0, 1])
    np.testing.assert_array_equal(fitted.coef_, [[3.0, -3.0]])
    np.testing.assert_array_equal(fitted.intercept_, [-0.25])


def test_clone_keeps_the_network(network: Head) -> None:
    np.testing.assert_array_equal(clone(ERM(network)).base.coef, network.coef)


@pytest.mark.parametrize(("d", "y", "match"), [(4, 0, "4 features"), (5, 3, r"0\.\.2")])
def test_rows_of_another_network_are_refused(network: Head, d: int, y: int, match: str) -> None:
    with pytest.raises(InputError, match=match):
        ERM(network).fit(np.ones((2, d)), [0, y])


def test_without_a_network_a_logistic_regression_stands_in_and_says_so() -> None:
    X, y = np.random.default_rng(3).normal(size=(40, 3)), np.repeat([0, 1], 20)
    fitted = ERM().fit(X, y)
    assert fitted.stand_in_
    assert fitted.selected_["stand_in"]
    np.testing.assert_array_equal(fitted.coef_, Refit().fit(X, y).coef_)


def test_an_audit_without_a_network_has_no_erm(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    context = FitContext(features.of("train"), features.of("val"), None, 0, 4)
    with pytest.raises(InputError, match="'refit'"):
        ERM.from_context(context)
