"""Class-balanced refit: each class weighs the same, and no group is looked at."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hindmost.core.errors import EmptyStratum
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.heads.class_balanced import ClassBalanced
from hindmost.heads.refit import Refit


@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_is_scikit_learns_balanced_fit_folded(n_classes: int) -> None:
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(n_classes), [90, 30, 15][:n_classes])
    X = (rng.normal(size=(len(y), 4)) + np.eye(4)[y]) * [1, 10, 0.1, 0] + [0, 3, -2, 7]  # the last never varies
    fitted = ClassBalanced([0.05], tol=1e-12).fit(X, y)
    Z = np.column_stack([StandardScaler().fit_transform(X), np.ones(len(y))])  # the intercept is penalised too
    C = (2 if n_classes == 2 else 1) / 0.05 / len(y)  # "balanced" weights sum to n, ours to 1
    oracle = LogisticRegression(C=C, fit_intercept=False, class_weight="balanced", tol=1e-10, max_iter=5000).fit(Z, y)
    # a relative gap of 1e-12 leaves weights within about 1e-5 of the minimum
    np.testing.assert_allclose(fitted.decision_function(X), oracle.decision_function(Z), rtol=0, atol=5e-5)


def test_it_lifts_the_rare_class_that_the_plain_fit_neglects() -> None:
    rng = np.random.default_rng(0)
    y, new_y = np.repeat([0, 1], [380, 20]), np.repeat([0, 1], 400)
    X, new = rng.normal(size=(400, 2)) + 1.5 * y[:, None], rng.normal(size=(800, 2)) + 1.5 * new_y[:, None]
    before = (Refit().fit(X, y).predict(new) == new_y)[new_y == 1].mean()
    after = ClassBalanced().fit(X, y).predict(new) == new_y
    assert before < 0.6  # the effect is there
    assert min(after[new_y == k].mean() for k in (0, 1)) > 0.8


def test_groups_change_nothing_unless_they_choose(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    plain = ClassBalanced().fit(val.X, val.rows.y)
    told = ClassBalanced(n_strata=4).fit(val.X, val.rows.y, strata=val.rows.strata)
    np.testing.assert_array_equal(plain.coef_, told.coef_)
    assert plain.selected_ == told.selected_
    assert plain.selected_["chosen_on"] == "worst_class of the cross-fitted rows"
    by_group = ClassBalanced(select="worst_group").fit(val.X, val.rows.y, strata=val.rows.strata)
    assert by_group.selected_["chosen_on"] == "worst_group of the cross-fitted rows"


def test_a_group_that_would_choose_and_has_no_rows_is_named(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    some = val.rows.strata != 2
    X, y, strata = val.X[some], val.rows.y[some], val.rows.strata[some]
    with pytest.raises(EmptyStratum, match="stratum 2"):
        ClassBalanced(select="worst_group", n_strata=4).fit(X, y, strata=strata)
    assert ClassBalanced(n_strata=4).fit(X, y, strata=strata).coef_.shape == (1, 6)  # no group chooses


def test_an_audit_builds_it_without_a_look_at_other_rows(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    context = FitContext(features.of("train"), features.of("val"), None, 3, 4)
    head = ClassBalanced.from_context(context)
    assert head.get_params()["random_state"] == 3
    assert head.get_params()["validation"] is None
    rows = features.of("val")
    assert head.fit(rows.X, rows.rows.y, strata=rows.rows.strata).selected_["counts"] == {"0": 100, "1": 90}


def test_it_promises_nothing_without_signal() -> None:
    rng = np.random.default_rng(1)
    y, fresh = (rng.random(400) < 0.2).astype(np.int64), (rng.random(400) < 0.2).astype(np.int64)  # imbalanced
    X, new = rng.normal(size=(2, 400, 3))
    right = ClassBalanced().fit(X, y).predict(new) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6


def test_a_class_with_one_row_cannot_be_cross_fitted() -> None:
    with pytest.raises(EmptyStratum, match="stratum 1 has 1"):
        ClassBalanced().fit(np.random.default_rng(0).normal(size=(20, 2)), np.r_[np.zeros(19), 1].astype(np.int64))
