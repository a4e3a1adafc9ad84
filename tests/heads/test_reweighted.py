"""RWG: every group weighs the same, at a certified minimum."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.heads._chosen import Held
from hindmost.heads.refit import Refit
from hindmost.heads.reweighted import Reweighted


def _group_accuracy(predicted, rows) -> list[float]:
    return [float((predicted == rows.y)[rows.group == g].mean()) for g in range(4)]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_is_scikit_learns_weighted_fit_folded(n_classes: int) -> None:
    rng = np.random.default_rng(0)
    y = rng.choice(n_classes, 150, p=np.arange(1, n_classes + 1) / np.arange(1, n_classes + 1).sum())
    cue = rng.random(150) < 0.3
    X = (rng.normal(size=(150, 5)) + np.eye(5)[y]) * [1, 10, 0.1, 5, 0] + [0, 3, -2, 0, 7]  # the last never varies
    strata = 2 * y + cue
    fitted = Reweighted([0.05], tol=1e-12).fit(X, y, strata=strata)
    scaler = StandardScaler().fit(X)
    Z = np.column_stack([scaler.transform(X), np.ones(150)])  # the intercept is penalised, as weight decay does
    weights = 1 / np.bincount(strata)[strata] / len(np.unique(strata))
    C = (2 if n_classes == 2 else 1) / 0.05  # one binary row stands for two that share the penalty
    oracle = LogisticRegression(C=C, fit_intercept=False, tol=1e-10, max_iter=5000).fit(Z, y, sample_weight=weights)
    # a relative gap of 1e-12 leaves weights within about 1e-5 of the minimum
    np.testing.assert_allclose(fitted.decision_function(X), oracle.decision_function(Z), rtol=0, atol=5e-5)
    assert fitted.selected_["unconverged_fits"] == 0
    assert 0 <= fitted.selected_["relative_gap"] <= 1e-12


def test_it_gives_back_what_the_shortcut_took(shortcut: Callable[..., Features]) -> None:
    train, val, test = (shortcut().of(split) for split in ("train", "val", "test"))
    before = _group_accuracy(Refit().fit(train.X, train.rows.y).predict(test.X), test.rows)
    head = Reweighted.from_context(FitContext(train, val, None, 0, 4)).fit(
        train.X, train.rows.y, strata=train.rows.strata
    )
    after = _group_accuracy(head.predict(test.X), test.rows)
    assert min(before) < 0.75  # the effect is there
    assert min(after) > min(before) + 0.1
    assert head.selected_["chosen_on"] == "worst_group of the validation rows"
    assert len(head.val_predicted_) == len(val.rows)
    assert "departs" not in head.selected_
    alone = Reweighted([0.1]).fit(train.X, train.rows.y, strata=train.rows.strata).selected_
    assert alone["departs"].startswith("no validation rows came")


def test_groups_of_equal_size_weigh_as_rows_do(shortcut: Callable[..., Features]) -> None:
    test = shortcut().of("test")  # 200 rows of each group
    by_group = Reweighted([0.1]).fit(test.X, test.rows.y, strata=test.rows.strata)
    by_class = Reweighted([0.1]).fit(test.X, test.rows.y)
    np.testing.assert_allclose(by_group.coef_, by_class.coef_, rtol=0, atol=1e-3)  # both within a gap of 1e-6


def test_order_of_rows_and_names_of_groups_do_not_matter(shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    order = np.random.default_rng(0).permutation(len(train.rows))
    plain = Reweighted([0.1], tol=1e-10).fit(train.X, train.rows.y, strata=train.rows.strata)
    moved = Reweighted([0.1], tol=1e-10).fit(
        train.X[order], train.rows.y[order], strata=np.array([9, 4, 7, 5])[train.rows.strata[order]]
    )
    np.testing.assert_allclose(moved.coef_, plain.coef_, rtol=0, atol=1e-4)  # both within a gap of 1e-10


def test_it_promises_nothing_without_signal() -> None:
    rng = np.random.default_rng(0)
    y, cue = (rng.random(400) < 0.2).astype(np.int64), (rng.random(400) < 0.3).astype(np.int64)  # imbalanced
    X, new = rng.normal(size=(2, 400, 3))
    fitted = Reweighted().fit(X, y, strata=2 * y + cue)
    fresh = (rng.random(400) < 0.2).astype(np.int64)
    right = fitted.predict(new) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6


def test_one_setting_is_at_no_edge_and_the_grids_ends_are(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    fit = {"X": train.X, "y": train.rows.y, "strata": train.rows.strata}
    assert not Reweighted([0.1], validation=Held.of(val)).fit(**fit).selected_["at_grid_edge"]
    assert Reweighted([0.1, 0.1 + 1e-9], validation=Held.of(val)).fit(**fit).selected_["at_grid_edge"]


def test_too_few_iterations_are_recorded(shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    chosen = Reweighted([0.001], max_iter=1).fit(train.X, train.rows.y, strata=train.rows.strata).selected_
    assert chosen["unconverged_fits"] == 1
    assert chosen["relative_gap"] > 1e-6


def test_what_cannot_be_fitted_is_named(shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    some = train.rows.strata != 1
    with pytest.raises(EmptyStratum, match="stratum 1"):
        Reweighted(n_strata=4).fit(train.X[some], train.rows.y[some], strata=train.rows.strata[some])
    lone = np.where(np.arange(len(train.rows)) == 0, 4, train.rows.strata)
    with pytest.raises(EmptyStratum, match="stratum 4"):  # a fold would have to do without it
        Reweighted(select="mean").fit(train.X, train.rows.y, strata=lone)
    for bad in ([], [0.0], [-1.0], [float("nan")]):
        with pytest.raises(InputError, match="penalties"):
            Reweighted(bad).fit(train.X, train.rows.y)
