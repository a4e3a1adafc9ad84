"""AFR: parity with plain descent by autograd, its choice, and its laws."""

import json
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import softmax

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head
from hindmost.heads._chosen import Held
from hindmost.heads._descent import Problems, Span, descend, heads_of
from hindmost.heads.afr import AFR, doubt_weights
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _problems(n: int, d: int, n_classes: int, seed: int = 0) -> Problems:
    """Four weighted problems: two gammas and two penalties, rows longer than the norm at which gradients are cut."""
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n - n_classes)])
    X = 2 * rng.normal(size=(n, d)) + np.eye(n_classes, d)[y]
    base = Head(rng.normal(size=(n_classes, d)), rng.normal(size=n_classes))
    pairs = list(product((1.0, 8.0), (0.0, 0.3)))
    weights = np.column_stack([doubt_weights(base.logits(X), y, gamma) for gamma, _ in pairs])
    return Problems(X, y, base, weights, np.array([penalty for _, penalty in pairs]), rng.normal(size=(7, d)))


def _slow_step(W: Floats, start: Floats, Z: Floats, y: Ints, mu: Floats, penalty: float, max_norm: float) -> Floats:
    """One step on the weights (c, d + 1) themselves, at rate 0.05."""
    residual = softmax(Z @ W.T, axis=1) - np.eye(len(W))[y]
    gradient = (mu[:, None] * residual).T @ Z + 2 * penalty * (W - start)
    return W - 0.05 * min(1.0, max_norm / (np.sqrt((gradient**2).sum()) + 1e-6)) * gradient


@pytest.mark.vision
@pytest.mark.parametrize(("n", "d", "most"), [(15, 40, 4.0), (200, 3, 0.8)])  # by inner products, and by weights
@pytest.mark.parametrize("n_classes", [2, 3])
def test_every_step_is_that_of_autograd(n: int, d: int, most: float, n_classes: int) -> None:
    torch = pytest.importorskip("torch")
    problems = _problems(n, d, n_classes)
    X, y, start = torch.tensor(problems.X), torch.tensor(problems.y), problems.start
    layers, optimisers = [], []
    for _ in range(4):
        layer = torch.nn.Linear(d, n_classes, dtype=torch.float64)
        layer.load_state_dict({"weight": torch.tensor(start.coef.copy()), "bias": torch.tensor(start.intercept.copy())})
        layers.append(layer)
        optimisers.append(torch.optim.SGD(layer.parameters(), lr=0.05))
    anchor = [p.detach().clone() for p in layers[0].parameters()]
    span, cut = Span(problems.X, problems.others), []
    for state in descend(problems, span, rate=0.05, steps=40, max_norm=most):
        for j, (layer, optimiser) in enumerate(zip(layers, optimisers)):
            optimiser.zero_grad()
            losses = torch.nn.functional.cross_entropy(layer(X), y, reduction="none")
            pull = sum(((p - a) ** 2).sum() for p, a in zip(layer.parameters(), anchor))
            (torch.tensor(problems.weights[:, j]) @ losses + problems.penalties[j] * pull).backward()
            cut.append(float(torch.nn.utils.clip_grad_norm_(layer.parameters(), most)) > most)
            optimiser.step()
        coef, intercept = heads_of(problems, span, state.along)
        theirs = np.stack([layer.weight.detach().numpy() for layer in layers])
        their_intercepts = np.stack([layer.bias.detach().numpy() for layer in layers])
        if n_classes == 2:
            theirs, their_intercepts = theirs[:, 1:] - theirs[:, :1], their_intercepts[:, 1:] - their_intercepts[:, :1]
        # Both are float64 and the descent is a contraction or nearly so; 1e-9 is rounding over 40 steps.
        np.testing.assert_allclose(coef, theirs, rtol=0, atol=1e-9)
        np.testing.assert_allclose(intercept, their_intercepts, rtol=0, atol=1e-9)
        scores = np.einsum("krd,md->mkr", coef, problems.others) + intercept
        np.testing.assert_allclose(state.moved, scores, rtol=0, atol=1e-8)
    assert 0 < sum(cut) < len(cut)  # the cut was in force, and not always


def test_weights_are_those_of_the_formula() -> None:
    rng = np.random.default_rng(0)
    y = np.array([0] * 30 + [1] * 6 + [2] * 3)
    logits = rng.normal(size=(39, 3))
    raw = []
    for row, label in zip(logits, y):
        sure = np.exp(row[label]) / sum(np.exp(v) for v in row)
        raw.append(np.exp(-5 * sure) * len(y) / int((y == label).sum()))
    np.testing.assert_allclose(doubt_weights(logits, y, 5.0), np.array(raw) / sum(raw), rtol=1e-12)
    per_class = [doubt_weights(logits, y, 0.0)[y == k].sum() for k in range(3)]
    np.testing.assert_allclose(per_class, 1 / 3, rtol=1e-12)  # without doubt, plain class balance


@pytest.mark.parametrize("select", ["worst_group", "worst_class", "mean"])
def test_the_choice_is_that_of_a_loop_over_every_candidate(shortcut: Callable[..., Features], select: str) -> None:
    rows, val = shortcut(1).of("train"), shortcut().of("val")
    train = shortcut().of("train")
    base = to_head(Refit().fit(train.X, train.rows.y))
    gammas, penalties = (1.0, 6.0), (0.0, 0.2)
    head = AFR(base, gammas=gammas, penalties=penalties, learning_rate=0.05, steps=30, select=select)
    head.set_params(validation=Held.of(val)).fit(rows.X, rows.rows.y, strata=rows.rows.strata)

    judged = {"worst_group": val.rows.group, "worst_class": val.rows.y, "mean": np.zeros(len(val.rows), dtype=int)}[
        select
    ]
    Z = np.column_stack([rows.X.astype(float), np.ones(len(rows.rows))])
    start = np.column_stack([base.coef, base.intercept])
    best = (-1.0, 0, (0.0, 0.0), start)
    heads = dict.fromkeys(product(gammas, penalties), start)
    for step in range(1, 31):
        for pair in heads:
            mu = doubt_weights(base.logits(rows.X), rows.rows.y, pair[0])
            heads[pair] = _slow_step(heads[pair], start, Z, rows.rows.y, mu, pair[1], 1.0)
            right = Head(heads[pair][:, :-1].copy(), heads[pair][:, -1].copy()).predict(val.X) == val.rows.y
            score = min(right[judged == g].mean() for g in np.unique(judged))
            if score > best[0]:
                best = (score, step, pair, heads[pair])
    assert (head.selected_["gamma"], head.selected_["penalty"]) == best[2]
    assert head.selected_["step"] == best[1]
    assert head.selected_["chosen_score"] == pytest.approx(best[0], abs=1e-12)
    np.testing.assert_allclose(head.coef_[0], best[3][1, :-1] - best[3][0, :-1], rtol=0, atol=1e-9)
    assert head.selected_["settings_tried"] == 120
    assert head.selected_["at_grid_edge"]  # of two gammas each is an edge


def _context(shortcut: Callable[..., Features], seed: int = 0) -> tuple[FitContext, Features]:
    """A network that leans on the cue, rows that it has not seen, and test rows."""
    features = shortcut()
    train, val = features.of("train"), features.of("val")
    base = to_head(Refit().fit(train.X, train.rows.y))
    return FitContext(train, val, base, seed, 4, held_out=shortcut(1).of("train")), features.of("test")


def test_the_worst_group_gains_where_the_shortcut_hurt(shortcut: Callable[..., Features]) -> None:
    context, test = _context(shortcut)
    held_out, base = context.held_out, context.baseline
    assert held_out is not None
    assert base is not None
    head = AFR.from_context(context).set_params(learning_rate=0.5)  # a small problem: larger steps, same path
    head.fit(held_out.X, held_out.rows.y)
    worst = [
        min((found == test.rows.y)[test.rows.group == g].mean() for g in range(4))
        for found in (base.predict(test.X), head.predict(test.X))
    ]
    assert worst[0] < 0.75  # before
    assert worst[1] > worst[0] + 0.05
    assert "departs" not in head.selected_


def test_a_strong_pull_keeps_the_base(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    assert context.baseline is not None
    rows = context.fitted_on("held_out")
    longest = np.sqrt((rows.X.astype(float) ** 2).sum(axis=1).max() + 1)
    loose, tight = (
        AFR(context.baseline, penalties=(penalty,), validation=Held.of(context.val)).fit(rows.X, rows.rows.y)
        for penalty in (0.0, 49.0)
    )
    away = [np.linalg.norm(head.coef_[0] - context.baseline.margin_weights()) for head in (loose, tight)]
    bound = 2 * longest / (2 * 49)  # where the pull holds the gradient of one class's row; a margin moves by twice
    assert away[1] <= bound < away[0]


def test_without_validation_rows_it_is_cross_fitted(shortcut: Callable[..., Features]) -> None:
    rows = shortcut().of("train")
    head = AFR(steps=100, n_strata=4).fit(rows.X, rows.rows.y, strata=rows.rows.strata)
    assert head.selected_["chosen_on"] == "worst_group of the cross-fitted rows"
    assert head.selected_["settings_tried"] == 5 * 4 * 2
    assert head.selected_["step"] in (50, 100)
    assert head.selected_["base"].startswith("stand-in")
    assert head.val_predicted_ is None


def test_nested_predictions_are_of_the_validation_rows(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    rows = context.fitted_on("held_out")
    head = AFR.from_context(context).set_params(steps=20).fit(rows.X, rows.rows.y)
    assert head.val_predicted_ is not None
    assert head.val_predicted_.shape == (len(context.val.rows),)
    assert set(head.val_predicted_.tolist()) <= {0, 1}


def test_rows_that_were_not_held_out_are_named(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    seen = FitContext(context.train, context.val, None, 3, 4)
    head = AFR.from_context(seen).set_params(steps=5).fit(context.train.X, context.train.rows.y)
    assert head.selected_["departs"].startswith("no rows were held out")
    assert head.selected_["base"] == "refit"
    assert head.selected_["seed"] == 3
    assert 1 <= head.selected_["effective_rows"] <= len(context.train.rows)
    assert json.loads(json.dumps(head.selected_)) == head.selected_


def test_three_classes_end_to_end() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [60, 30, 20])
    X = rng.normal(size=(110, 5)) + 3 * np.eye(3, 5)[y]
    held = Held(X, y, y)
    head = AFR(Head(np.zeros((3, 5)), np.zeros(3)), learning_rate=0.5, steps=60, validation=held).fit(X, y)
    assert head.coef_.shape == (3, 5)
    assert min((head.predict(X) == y)[y == k].mean() for k in range(3)) > 0.8


def test_noise_is_not_learnt() -> None:
    rng = np.random.default_rng(5)
    strata = np.repeat(np.arange(4), [200, 90, 40, 70])  # imbalanced
    noise, fresh = rng.normal(size=(400, 10)), (rng.random(2000) < 0.3).astype(int)
    held = Held(rng.normal(size=(400, 10)), strata // 2, strata)
    head = AFR(Head(np.zeros((2, 10)), np.zeros(2)), validation=held, steps=100).fit(noise, strata // 2, strata=strata)
    right = head.predict(rng.normal(size=(2000, 10))) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6  # worst class at chance on new rows


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=4, max_size=4), st.integers(0, 5))
def test_rare_and_absent_groups_of_the_choosing_rows(counts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    strata = np.repeat(np.arange(4), counts)
    y = np.arange(40) % 2
    held = Held(rng.normal(size=(len(strata), 3)), strata // 2, strata)
    head = AFR(gammas=(4.0,), steps=3, validation=held, n_strata=4, random_state=seed)
    if min(counts) < 2:  # one row cannot both choose and be predicted
        if len(strata):
            with pytest.raises(EmptyStratum):
                head.fit(rng.normal(size=(40, 3)), y)
        return
    head.fit(rng.normal(size=(40, 3)), y)
    assert 0 <= head.selected_["chosen_score"] <= 1
    assert np.isfinite(head.coef_).all()


def test_what_cannot_be_fitted_is_refused(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    train = context.train
    only = train.rows.y == 0
    with pytest.raises(InputError, match="class 1 has none"):
        AFR(context.baseline).fit(train.X[only], train.rows.y[only])
    with pytest.raises(InputError, match="steps >= 1"):
        AFR(steps=0).fit(train.X, train.rows.y)
    with pytest.raises(InputError, match="strata has shape"):
        AFR.from_context(context).fit(train.X, train.rows.y, strata=train.rows.strata[1:])
    with pytest.raises(InputError, match="select must be one of"):
        AFR(select="best").fit(train.X, train.rows.y)
