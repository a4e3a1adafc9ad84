"""SUBG: one subset with as many rows of each group as the smallest has."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.heads.refit import Refit
from hindmost.heads.subsampled import Subsampled


def _worst(predicted, rows) -> float:
    return min(float((predicted == rows.y)[rows.group == g].mean()) for g in range(4))


@pytest.mark.parametrize("seed", range(3))
def test_it_is_scikit_learns_fit_of_the_drawn_subset(seed: int, shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    X, y, strata = train.X.astype(np.float64), train.rows.y, train.rows.strata
    fitted = Subsampled([0.05], random_state=seed, tol=1e-12).fit(X, y, strata=strata)
    rng, subset = np.random.RandomState(seed), []
    for g in range(4):
        members = np.flatnonzero(strata == g)
        rng.shuffle(members)
        subset += members[:12].tolist()
    assert fitted.selected_["counts"] == {"0": 12, "1": 12, "2": 12, "3": 12}
    scaler = StandardScaler().fit(X[subset])
    Z = np.column_stack([scaler.transform(X), np.ones(len(X))])  # the intercept is penalised too
    C = 2 / 0.05 / len(subset)  # scikit-learn sums the losses, one binary row stands for two
    oracle = LogisticRegression(C=C, fit_intercept=False, tol=1e-10, max_iter=5000).fit(Z[subset], y[subset])
    # a relative gap of 1e-12 leaves weights within about 1e-5 of the minimum
    np.testing.assert_allclose(fitted.decision_function(X), oracle.decision_function(Z), rtol=0, atol=1e-4)


def test_another_seed_draws_other_rows_and_the_same_seed_the_same(shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    one, again, other = (
        Subsampled([0.05], random_state=seed).fit(train.X, train.rows.y, strata=train.rows.strata) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.coef_, again.coef_)
    assert np.abs(one.coef_ - other.coef_).max() > 0.01


def test_balanced_rows_are_all_used(shortcut: Callable[..., Features]) -> None:
    test = shortcut().of("test")  # 200 rows of each group
    fits = [
        Subsampled([0.05], random_state=seed, tol=1e-12).fit(test.X, test.rows.y, strata=test.rows.strata)
        for seed in (0, 1)
    ]
    np.testing.assert_allclose(fits[0].coef_, fits[1].coef_, rtol=0, atol=1e-4)  # only the order of rows differs


def test_it_gives_back_what_the_shortcut_took(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    train, val, test = (features.of(split) for split in ("train", "val", "test"))
    before = _worst(Refit().fit(train.X, train.rows.y).predict(test.X), test.rows)
    head = Subsampled.from_context(FitContext(train, val, None, 0, 4))
    head.fit(train.X, train.rows.y, strata=train.rows.strata)
    assert before < 0.75  # the effect is there
    assert _worst(head.predict(test.X), test.rows) > before + 0.05
    assert len(head.val_predicted_) == len(val.rows)


def test_more_features_than_rows_are_no_trouble() -> None:
    rng = np.random.default_rng(0)
    strata = np.repeat(np.arange(4), [50, 6, 6, 50])
    X = rng.normal(size=(112, 300)) + 0.4 * (strata // 2)[:, None]
    fitted = Subsampled().fit(X, strata // 2, strata=strata)
    assert fitted.coef_.shape == (1, 300)
    assert fitted.selected_["unconverged_fits"] == 0


def test_it_promises_nothing_without_signal() -> None:
    rng = np.random.default_rng(0)
    y, cue = (rng.random(400) < 0.2).astype(np.int64), (rng.random(400) < 0.3).astype(np.int64)  # imbalanced
    X, new = rng.normal(size=(2, 400, 3))
    fresh = (rng.random(400) < 0.2).astype(np.int64)
    right = Subsampled().fit(X, y, strata=2 * y + cue).predict(new) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6


def test_what_cannot_be_fitted_is_named(shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    some = train.rows.strata != 1
    with pytest.raises(EmptyStratum, match="stratum 1"):
        Subsampled(n_strata=4).fit(train.X[some], train.rows.y[some], strata=train.rows.strata[some])
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.r_[np.zeros(39), 1].astype(np.int64)
    across = np.r_[np.zeros(38), 1, 1].astype(np.int64)  # the second stratum lies across the classes
    with pytest.raises(InputError, match="strata that lie within classes"):
        Subsampled(random_state=1).fit(X, y, strata=across)
