"""SELF: which rows it takes, its steps against torch, its choice, and its laws."""

import json
from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.special import softmax
from scipy.stats import entropy

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head
from hindmost.heads._chosen import Held
from hindmost.heads._minibatch import class_balanced
from hindmost.heads.refit import Refit
from hindmost.heads.self_ import NO_EARLY, SelectiveFineTuning, disagreement
from hindmost.heads.to_head import to_head

Floats = NDArray[np.float64]
LOGITS = arrays(np.float64, (6, 3), elements=st.floats(-30, 30))


def _rows(shortcut: Callable[..., Features]) -> tuple[Features, Features, Features, Head, Floats]:
    """Held-out rows, validation rows, test rows, a head that leans on the cue, and logits that know the cue only."""
    features, held_out = shortcut(), shortcut(1).of("train")
    train = features.of("train")
    base = to_head(Refit().fit(train.X, train.rows.y))
    early = np.column_stack([np.zeros(len(held_out.rows)), held_out.X[:, 1]])
    return held_out, features.of("val"), features.of("test"), base, early


@settings(max_examples=60, deadline=None)
@given(LOGITS, LOGITS)
def test_disagreement_is_the_divergence(weaker: Floats, full: Floats) -> None:
    found = disagreement(weaker, full)
    expected = entropy(softmax(weaker, axis=1), softmax(full, axis=1), axis=1)
    # scipy takes logs of probabilities, ours differences of logits: 1e-9 of the largest logit gap, 60
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    assert (found >= -1e-9).all()
    np.testing.assert_allclose(disagreement(full, full), 0, atol=1e-12)
    np.testing.assert_allclose(disagreement(weaker + 5, full - 3), found, atol=1e-9)  # a shift of a row says nothing


def test_only_the_rows_of_strongest_disagreement_matter(shortcut: Callable[..., Features]) -> None:
    held_out, val, _, base, early = _rows(shortcut)
    X, y = held_out.X.astype(float), held_out.rows.y
    apart = sorted(range(len(y)), key=lambda i: -float(disagreement(early, base.logits(X))[i]))
    options = {"sizes": (50,), "rates": (1e-2,), "validation": Held.of(val)}
    first = SelectiveFineTuning(base, early=early, **options).fit(X, y)
    flipped = y.copy()
    flipped[apart[50:]] = 1 - y[apart[50:]]
    same = SelectiveFineTuning(base, early=early, **options).fit(X, flipped)
    np.testing.assert_array_equal(first.coef_, same.coef_)
    flipped[apart[49]] = 1 - y[apart[49]]
    other = SelectiveFineTuning(base, early=early, **options).fit(X, flipped)
    assert (first.coef_ != other.coef_).any()


def test_disagreement_finds_the_rare_groups(shortcut: Callable[..., Features]) -> None:
    held_out, _, _, base, early = _rows(shortcut)
    top = np.argsort(-disagreement(early, base.logits(held_out.X)))[:40]
    rare = np.isin(held_out.rows.group, (1, 2))
    assert rare.mean() < 0.1  # before
    assert rare[top].mean() > 3 * rare.mean()


@pytest.mark.vision
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_steps_are_those_of_torch(n_classes: int) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(n_classes), [50, 20, 8][:n_classes])
    X = rng.normal(size=(len(y), 5)) + np.eye(n_classes, 5)[y]
    base = Head(rng.normal(size=(n_classes, 5)), rng.normal(size=n_classes))
    head = SelectiveFineTuning(base, steps=60)
    ours = head._tune(base, X, y, [0.1, 0.5], np.random.default_rng(7))
    for rate, found in zip((0.1, 0.5), ours):
        layer = torch.nn.Linear(5, n_classes, dtype=torch.float64)
        layer.load_state_dict({"weight": torch.tensor(base.coef.copy()), "bias": torch.tensor(base.intercept.copy())})
        optimiser = torch.optim.SGD(layer.parameters(), lr=rate, weight_decay=1e-4)
        for drawn in islice(class_balanced(y, 32, np.random.default_rng(7)), 60):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(layer(torch.tensor(X[drawn])), torch.tensor(y[drawn])).backward()
            optimiser.step()
        # float64 on both sides: rounding over 60 steps
        np.testing.assert_allclose(found[:, :-1], layer.weight.detach().numpy(), rtol=0, atol=1e-10)
        np.testing.assert_allclose(found[:, -1], layer.bias.detach().numpy(), rtol=0, atol=1e-10)


def test_draws_are_balanced_over_classes_and_cut_into_passes() -> None:
    y = np.repeat([0, 1, 3], [80, 15, 5])  # imbalanced, class 2 absent
    drawn = list(islice(class_balanced(y, 32, np.random.default_rng(0)), 400))
    assert [len(rows) for rows in drawn[:5]] == [32, 32, 32, 4, 32]
    share = np.bincount(y[np.concatenate(drawn)], minlength=4) / 10_000
    np.testing.assert_allclose(share, [1 / 3, 1 / 3, 0, 1 / 3], atol=0.025)  # five standard errors of 10,000 draws


def test_settings_together_are_the_settings_one_by_one(shortcut: Callable[..., Features]) -> None:
    held_out, val, _, base, _ = _rows(shortcut)
    X, y, held = held_out.X, held_out.rows.y, Held.of(val)
    grid = {"sizes": (20, 100), "rates": (1e-3, 1e-1), "dropouts": (0.5, 0.9)}
    together = SelectiveFineTuning(base, validation=held, **grid).fit(X, y)
    singles = [
        SelectiveFineTuning(base, validation=held, sizes=(size,), rates=(rate,), dropouts=(share,)).fit(X, y)
        for size in grid["sizes"]
        for share in grid["dropouts"]
        for rate in grid["rates"]
    ]
    scores = [head.selected_["chosen_score"] for head in singles]
    last_of_the_best = max(range(8), key=lambda k: (scores[k], k))  # the script keeps the last of equals
    assert together.selected_["chosen_score"] == max(scores)
    # the same numbers in products of other shapes: rounding
    np.testing.assert_allclose(together.coef_, singles[last_of_the_best].coef_, rtol=0, atol=1e-12)
    assert together.selected_["settings_tried"] == 8


def test_the_worst_group_gains_where_the_shortcut_hurt(shortcut: Callable[..., Features]) -> None:
    held_out, val, test, base, early = _rows(shortcut)
    head = SelectiveFineTuning(base, early=early, rates=(1e-2, 1e-1), validation=Held.of(val), n_strata=4)
    head.fit(held_out.X, held_out.rows.y)
    worst = [
        min((found == test.rows.y)[test.rows.group == g].mean() for g in range(4))
        for found in (base.predict(test.X), head.predict(test.X))
    ]
    assert worst[0] < 0.75  # before
    assert worst[1] > worst[0] + 0.05
    assert "departs" not in head.selected_
    assert head.selected_["disagreement"] == "early network"
    assert head.selected_["sizes_left_out"] == [500]
    assert json.loads(json.dumps(head.selected_)) == head.selected_


def test_folds_cut_the_early_logits_with_the_rows(shortcut: Callable[..., Features]) -> None:
    held_out, _, _, base, early = _rows(shortcut)
    head = SelectiveFineTuning(base, early=early, sizes=(20,), n_strata=4)
    head.fit(held_out.X, held_out.rows.y, strata=held_out.rows.strata)
    assert head.selected_["chosen_on"] == "worst_group of the cross-fitted rows"
    assert head.coef_.shape == (1, held_out.X.shape[1])


def test_what_is_missing_is_named(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    head = SelectiveFineTuning.from_context(FitContext(train, val, None, 2, 4)).set_params(steps=5)
    head.fit(train.X, train.rows.y)
    assert head.selected_["departs"].startswith("no rows were held out")
    assert head.selected_["departs"].endswith(NO_EARLY)
    assert head.selected_["base"] == "refit"
    assert "dropout" in head.selected_


def test_early_logits_of_the_context_are_those_of_the_rows_to_fit_on(shortcut: Callable[..., Features]) -> None:
    held_out, val, _, base, early = _rows(shortcut)
    features = Features(held_out.rows, held_out.X, None, {}, early.astype(np.float32))
    context = FitContext(shortcut().of("train"), val, base, 0, 4, held_out=features)
    head = SelectiveFineTuning.from_context(context)
    np.testing.assert_array_equal(head.early, early.astype(np.float32))
    assert "departs" not in head.set_params(steps=3).fit(held_out.X, held_out.rows.y).selected_


def test_seed_is_the_only_source_of_chance(shortcut: Callable[..., Features]) -> None:
    held_out, val, _, base, _ = _rows(shortcut)
    options = {"sizes": (100,), "rates": (1e-2,), "dropouts": (0.5,), "validation": Held.of(val)}
    first, again, other = (
        SelectiveFineTuning(base, random_state=seed, **options).fit(held_out.X, held_out.rows.y) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.coef_, again.coef_)
    assert (first.coef_ != other.coef_).any()


def test_noise_is_not_learnt() -> None:
    rng = np.random.default_rng(5)
    y, fresh = (rng.random(600) < 0.2).astype(int), (rng.random(2000) < 0.2).astype(int)  # imbalanced
    held = Held(rng.normal(size=(300, 8)), (rng.random(300) < 0.2).astype(int), np.arange(300) % 4)
    head = SelectiveFineTuning(Head(np.zeros((2, 8)), np.zeros(2)), early=rng.normal(size=(600, 2)), validation=held)
    right = head.fit(rng.normal(size=(600, 8)), y).predict(rng.normal(size=(2000, 8))) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6  # worst class at chance on new rows


def test_what_cannot_be_fitted_is_refused(shortcut: Callable[..., Features]) -> None:
    held_out, _, _, base, early = _rows(shortcut)
    X, y = held_out.X, held_out.rows.y
    with pytest.raises(InputError, match="early has shape"):
        SelectiveFineTuning(base, early=early[1:]).fit(X, y)
    with pytest.raises(InputError, match="dropouts between 0 and 1"):
        SelectiveFineTuning(base, dropouts=(1.0,)).fit(X, y)
    with pytest.raises(InputError, match="class 1 has none"):
        SelectiveFineTuning(base).fit(X[y == 0], y[y == 0])
    with pytest.raises(InputError, match="strata has shape"):
        SelectiveFineTuning(base).fit(X, y, strata=held_out.rows.strata[1:])
