"""NeuronTune: scores against a slow loop, the units that it mutes, and its laws."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head
from hindmost.heads._chosen import Held
from hindmost.heads._folds import repeated_folds
from hindmost.heads._strata import read_strata
from hindmost.heads.neurontune import SAME_ROWS, NeuronTune, unit_scores
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(-9, 9)), min_size=1, max_size=25))
def test_scores_meet_the_slow_loop(table: list[tuple[int, int, int]]) -> None:
    y, found, unit = (np.array(column) for column in zip(*table))
    scores = unit_scores(np.column_stack([unit, -unit]).astype(float), y, found, 3)
    for k in range(3):
        wrong = sorted(u for label, said, u in table if label == k and said != k)
        right = sorted(u for label, said, u in table if label == k and said == k)
        medians = [(part[(len(part) - 1) // 2] + part[len(part) // 2]) / 2 for part in (wrong, right) if part]
        expected = medians[0] - medians[1] if wrong and right else 0.0
        np.testing.assert_allclose(scores[k], [expected, -expected], rtol=0, atol=1e-12)


def _units(n: int = 400, seed: int = 0) -> tuple[Floats, Ints, Ints, Head]:
    """Units: class, cue, loud when the cue misleads, quiet then, noise. The base reads the cue."""
    rng = np.random.default_rng(seed)
    y, misled = np.arange(n) % 2, rng.random(n) < 0.2
    cue = np.where(misled, 1 - y, y)
    X = rng.normal(size=(n, 5))
    X[:, 0] += 2 * y
    X[:, 1] += 4 * cue
    X[:, 2] += 3 * misled
    X[:, 3] -= 3 * misled
    base = Head(np.array([[0.0] * 5, [0.0, 1.0, 0.0, 0.0, 0.0]]), np.array([0.0, -2.0]))
    return X, y, cue, base


def test_a_unit_that_is_loud_on_the_errors_of_every_class_is_muted() -> None:
    X, y, _, base = _units()
    wrong = base.predict(X) != y
    assert 0.1 < wrong.mean() < 0.4  # before: the base is misled
    head = NeuronTune(base, identify=Held(X, y, y)).fit(X, y)
    assert head.muted_[2]
    assert not head.muted_[[1, 3]].any()  # the cue is loud on the errors of one class and quiet on the other's
    assert (head.coef_[0, head.muted_] == 0).all()
    assert (head.coef_[0, ~head.muted_] != 0).all()
    anywhere = NeuronTune(base, identify=Held(X, y, y), rule="any_class").fit(X, y)
    assert anywhere.muted_[[1, 2]].all()
    assert not anywhere.muted_[3]
    assert anywhere.selected_["muted"] == head.selected_["muted_in_any_class"]


def test_the_fit_is_class_balanced_logistic_regression_on_what_is_left() -> None:
    X, y, _, base = _units()
    kept_rows = np.flatnonzero((y == 0) | (np.arange(len(y)) % 5 == 0))  # imbalanced
    X, y = X[kept_rows], y[kept_rows]
    head = NeuronTune(base, C=0.5).fit(X, y)
    Z = StandardScaler().fit_transform(X[:, ~head.muted_])
    plain = LogisticRegression(C=0.5, class_weight="balanced", max_iter=1000).fit(Z, y)
    np.testing.assert_allclose(head.decision_function(X), plain.decision_function(Z), rtol=0, atol=1e-8)


def test_what_a_muted_unit_says_does_not_matter() -> None:
    X, y, _, base = _units()
    head = NeuronTune(base).fit(X, y)
    loud = X.copy()
    loud[:, head.muted_] += 1000
    np.testing.assert_array_equal(head.predict(loud), head.predict(X))


def test_a_class_without_errors_mutes_nothing_and_is_named() -> None:
    X, y, cue, base = _units()
    kept = (y == 1) | (cue == 0)  # class 0 is never misled; class 1 still is
    X, y = X[kept], y[kept]
    X[(y == 0), 1] -= 20
    X[~((y == 1) & (base.predict(X) == 0)), 2] -= 5  # loud where class 1 goes wrong
    head = NeuronTune(base, identify=Held(X, y, y)).fit(X, y)
    assert head.selected_["wrong_rows"][0] == 0 < head.selected_["wrong_rows"][1]
    assert head.selected_["muted"] == 0
    assert "class 0: only wrong or only right rows" in head.selected_["departs"]
    assert (head.scores_[0] == 0).all()
    anywhere = NeuronTune(base, identify=Held(X, y, y), rule="any_class").fit(X, y)
    assert anywhere.muted_[2]


def test_units_are_judged_on_the_validation_rows(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    base = to_head(Refit().fit(train.X, train.rows.y))
    context = FitContext(train, val, base, 0, 4)
    head = NeuronTune.from_context(context).fit(train.X, train.rows.y, strata=train.rows.strata)
    X = val.X.astype(float)
    np.testing.assert_array_equal(head.scores_, unit_scores(X, val.rows.y, base.predict(X), 2))
    assert sum(head.selected_["wrong_rows"]) + sum(head.selected_["right_rows"]) == len(val.rows)
    assert "departs" not in head.selected_
    assert json.loads(json.dumps(head.selected_)) == head.selected_


def test_predictions_of_the_judged_rows_do_not_use_their_labels(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    base = to_head(Refit().fit(train.X, train.rows.y))
    held = Held.of(val)
    assert held is not None
    head = NeuronTune(base, identify=held, threshold=-0.3).fit(train.X, train.rows.y)
    assert head.val_predicted_ is not None
    for rest, out in repeated_folds(read_strata(None, held.y, None), folds=5, repeats=1, seed=0):
        part = Held(held.X[rest], held.y[rest], held.strata[rest])
        alone = NeuronTune(base, identify=part, threshold=-0.3).fit(train.X, train.rows.y)
        np.testing.assert_array_equal(head.val_predicted_[out], alone.predict(held.X[out]))
    single = Held(held.X[:61], np.array([0] * 60 + [1]), held.strata[:61])  # one row of class 1: no folds
    assert NeuronTune(base, identify=single).fit(train.X, train.rows.y).val_predicted_ is None


def test_without_other_rows_or_a_network_it_says_so(shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    head = NeuronTune().fit(train.X, train.rows.y)
    assert head.selected_["departs"].startswith(SAME_ROWS)
    assert head.selected_["base"].startswith("stand-in")
    named = NeuronTune.from_context(FitContext(train, shortcut().of("val"), None, 0, 4)).fit(train.X, train.rows.y)
    assert named.selected_["base"] == "refit"


def test_groups_are_not_looked_at(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    held = Held.of(val)
    assert held is not None
    blind = Held(held.X, held.y, np.zeros_like(held.strata))
    first = NeuronTune(identify=held).fit(train.X, train.rows.y, strata=train.rows.strata)
    second = NeuronTune(identify=blind).fit(train.X, train.rows.y)
    np.testing.assert_array_equal(first.coef_, second.coef_)


def test_three_classes_end_to_end() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [60, 30, 20])
    X = rng.normal(size=(110, 6)) + 2 * np.eye(3, 6)[y]
    head = NeuronTune().fit(X, y)
    assert head.coef_.shape == (3, 6)
    assert (head.coef_[:, head.muted_] == 0).all()
    assert (head.predict(X) == y).mean() > 0.7


def test_noise_is_not_learnt() -> None:
    rng = np.random.default_rng(5)
    y, fresh = (rng.random(600) < 0.2).astype(int), (rng.random(2000) < 0.2).astype(int)  # imbalanced
    head = NeuronTune(Head(rng.normal(size=(2, 8)), np.zeros(2))).fit(rng.normal(size=(600, 8)), y)
    right = head.predict(rng.normal(size=(2000, 8))) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6  # worst class at chance on new rows


def test_what_cannot_be_fitted_is_refused() -> None:
    X, y, _, base = _units()
    with pytest.raises(InputError, match="none is left to fit on"):
        NeuronTune(base, threshold=-100.0).fit(X, y)
    with pytest.raises(InputError, match="rule must be one of"):
        NeuronTune(base, rule="most").fit(X, y)
    with pytest.raises(InputError, match="class 1 has none"):
        NeuronTune(base).fit(X[y == 0], y[y == 0])
    with pytest.raises(InputError, match="strata has shape"):
        NeuronTune(base).fit(X, y, strata=y[1:])
