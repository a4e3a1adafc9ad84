"""EVaLS-GL: which rows it takes, its training against torch, its choice, and its laws."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import log_loss

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head
from hindmost.heads._chosen import Held
from hindmost.heads._minibatch import shuffled, with_ones
from hindmost.heads.evals_gl import EVaLSGL, _losses, _new_heads, both_ends
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head

Floats = NDArray[np.float64]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=20), st.integers(1, 6))
def test_the_sample_is_that_of_a_sorted_list(table: list[tuple[int, int]], size: int) -> None:
    y, losses = (np.array(column) for column in zip(*table))
    taken = both_ends(losses.astype(float), y, size)
    for k in set(y.tolist()):
        ranked = sorted(loss for label, loss in table if label == k)
        expected = sorted(ranked[:size] + ranked[-size:])
        assert sorted(losses[taken[y[taken] == k]].tolist()) == expected
        assert sum(y[taken] == k) == 2 * min(size, len(ranked))


def test_losses_are_cross_entropies() -> None:
    rng = np.random.default_rng(0)
    logits, y = 5 * rng.normal(size=(12, 3)), np.arange(12) % 3
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    each = [log_loss(y[i : i + 1], shares[i : i + 1], labels=[0, 1, 2]) for i in range(12)]
    np.testing.assert_allclose(_losses(logits, y), each, rtol=1e-10)


@pytest.mark.vision
@pytest.mark.parametrize("n_classes", [2, 3])
def test_every_epoch_is_that_of_torch(n_classes: int) -> None:
    """Adam, a rate that falls after epoch 85, the L1 penalty's subgradient, and the same batches."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    y = np.arange(50) % n_classes
    X, penalties = rng.normal(size=(50, 4)) + np.eye(n_classes, 4)[y], (0.0, 0.2)
    settings = [{"size": 1, "epoch": e, "penalty": p} for e in range(1, 91) for p in penalties]
    ours = list(EVaLSGL(learning_rate=0.02, epochs=90)._train(with_ones(X), y, settings, np.random.default_rng(3)))
    for j, penalty in enumerate(penalties):
        stream = np.random.default_rng(3)
        start = _new_heads(1, n_classes, 5, stream)[0]
        layer = torch.nn.Linear(4, n_classes, dtype=torch.float64)
        layer.load_state_dict({"weight": torch.tensor(start[:, :-1]), "bias": torch.tensor(start[:, -1])})
        optimiser = torch.optim.Adam(layer.parameters(), lr=0.02)
        schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=85, gamma=0.1)
        for fits in ours:
            for drawn in shuffled(50, 32, stream):
                optimiser.zero_grad()
                loss = torch.nn.functional.cross_entropy(layer(torch.tensor(X[drawn])), torch.tensor(y[drawn]))
                (loss + penalty * sum(torch.norm(part, p=1) for part in layer.parameters())).backward()
                optimiser.step()
            schedule.step()
            W, b = layer.weight.detach().numpy(), layer.bias.detach().numpy()
            if n_classes == 2:
                W, b = W[1:] - W[:1], b[1:] - b[:1]
            # float64 on both sides; Adam divides by small numbers and signs may flip a step apart near 0
            np.testing.assert_allclose(fits.coef[j], W, rtol=0, atol=1e-6)
            np.testing.assert_allclose(fits.intercept[j], b, rtol=0, atol=1e-6)


def test_a_pass_takes_every_row_once() -> None:
    parts = list(shuffled(70, 32, np.random.default_rng(0)))
    assert [len(part) for part in parts] == [32, 32, 6]
    assert sorted(np.concatenate(parts).tolist()) == list(range(70))


def _context(shortcut: Callable[..., Features]) -> tuple[FitContext, Features]:
    """A network that leans on the cue, rows that it has not seen, and test rows."""
    features = shortcut()
    train, val = features.of("train"), features.of("val")
    base = to_head(Refit().fit(train.X, train.rows.y))
    return FitContext(train, val, base, 0, 4, held_out=shortcut(1).of("train")), features.of("test")


def test_both_ends_hold_more_of_the_rare_groups(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    rows, base = context.fitted_on("held_out"), context.baseline
    assert base is not None
    taken = both_ends(_losses(base.logits(rows.X), rows.rows.y), rows.rows.y, 12)
    rare = np.isin(rows.rows.group, (1, 2))
    assert rare.mean() < 0.1  # before
    assert rare[taken].mean() > 3 * rare.mean()
    assert np.bincount(rows.rows.y[taken]).tolist() == [24, 24]


def test_rows_between_the_ends_do_not_matter(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    rows, base = context.fitted_on("held_out"), context.baseline
    assert base is not None
    X, y = rows.X.astype(float), rows.rows.y
    kept = np.unique(both_ends(_losses(base.logits(X), y), y, 20))
    options = {"sizes": (20,), "epochs": 5, "validation": Held.of(context.val)}
    first, second = (EVaLSGL(base, **options).fit(X[part], y[part]) for part in (np.arange(len(y)), kept))
    np.testing.assert_allclose(first.coef_, second.coef_, rtol=0, atol=1e-12)  # the same rows, summed alike


def test_settings_together_are_the_settings_one_by_one(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    rows = context.fitted_on("held_out")
    X, y, held = rows.X, rows.rows.y, Held.of(context.val)
    together = EVaLSGL(context.baseline, sizes=(10, 30), penalties=(0.0, 0.1), epochs=15, validation=held).fit(X, y)
    singles = [
        EVaLSGL(context.baseline, sizes=(size,), penalties=(penalty,), epochs=15, validation=held).fit(X, y)
        for size in (10, 30)
        for penalty in (0.0, 0.1)
    ]
    best = max(head.selected_["chosen_score"] for head in singles)
    assert together.selected_["chosen_score"] == best
    assert together.selected_["settings_tried"] == 60
    assert together.selected_["at_grid_edge"] == (together.selected_["penalty"] == 0.1)
    chosen = {key: together.selected_[key] for key in ("size", "penalty", "epoch")}
    (alike,) = [head for head in singles if {key: head.selected_[key] for key in chosen} == chosen]
    np.testing.assert_allclose(together.coef_, alike.coef_, rtol=0, atol=1e-9)  # products of other shapes: rounding


def test_the_worst_group_gains_where_the_shortcut_hurt(shortcut: Callable[..., Features]) -> None:
    context, test = _context(shortcut)
    rows, base = context.fitted_on("held_out"), context.baseline
    assert base is not None
    head = EVaLSGL.from_context(context).set_params(learning_rate=0.01).fit(rows.X, rows.rows.y)
    worst = [
        min((found == test.rows.y)[test.rows.group == g].mean() for g in range(4))
        for found in (base.predict(test.X), head.predict(test.X))
    ]
    assert worst[0] < 0.75  # before
    assert worst[1] > worst[0] + 0.05
    assert "departs" not in head.selected_
    assert head.selected_["sizes_left_out"] == [100, 150, 200, 250, 300]  # 192 rows of each class
    assert json.loads(json.dumps(head.selected_)) == head.selected_


def test_without_validation_rows_it_is_cross_fitted(shortcut: Callable[..., Features]) -> None:
    train = shortcut().of("train")
    head = EVaLSGL(epochs=40, n_strata=4).fit(train.X, train.rows.y, strata=train.rows.strata)
    assert head.selected_["chosen_on"] == "worst_group of the cross-fitted rows"
    assert head.selected_["epoch"] in (20, 40)
    assert head.selected_["base"].startswith("stand-in")
    assert head.coef_.shape == (1, train.X.shape[1])


def test_rows_that_were_not_held_out_are_named(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    head = EVaLSGL.from_context(FitContext(train, val, None, 4, 4)).set_params(epochs=2).fit(train.X, train.rows.y)
    assert head.selected_["departs"].startswith("no rows were held out")
    assert head.selected_["base"] == "refit"
    assert head.selected_["seed"] == 4


def test_seed_is_the_only_source_of_chance(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    rows = context.fitted_on("held_out")
    options = {"sizes": (30,), "epochs": 3, "validation": Held.of(context.val)}
    first, again, other = (
        EVaLSGL(context.baseline, random_state=seed, **options).fit(rows.X, rows.rows.y) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.coef_, again.coef_)
    assert (first.coef_ != other.coef_).any()


def test_three_classes_end_to_end() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [60, 30, 20])
    X = rng.normal(size=(110, 5)) + 3 * np.eye(3, 5)[y]
    head = EVaLSGL(Head(np.eye(3, 5), np.zeros(3)), learning_rate=0.02, validation=Held(X, y, y)).fit(X, y)
    assert head.coef_.shape == (3, 5)
    assert min((head.predict(X) == y)[y == k].mean() for k in range(3)) > 0.7


def test_noise_is_not_learnt() -> None:
    rng = np.random.default_rng(5)
    y, fresh = (rng.random(600) < 0.2).astype(int), (rng.random(2000) < 0.2).astype(int)  # imbalanced
    held = Held(rng.normal(size=(300, 8)), (rng.random(300) < 0.2).astype(int), np.arange(300) % 4)
    head = EVaLSGL(Head(rng.normal(size=(2, 8)), np.zeros(2)), sizes=(20, 50), epochs=40, validation=held)
    right = head.fit(rng.normal(size=(600, 8)), y).predict(rng.normal(size=(2000, 8))) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6  # worst class at chance on new rows


def test_what_cannot_be_fitted_is_refused(shortcut: Callable[..., Features]) -> None:
    context, _ = _context(shortcut)
    X, y = context.train.X, context.train.rows.y
    with pytest.raises(InputError, match="epochs and sizes >= 1"):
        EVaLSGL(sizes=(0,)).fit(X, y)
    with pytest.raises(InputError, match="class 1 has none"):
        EVaLSGL(context.baseline).fit(X[y == 0], y[y == 0])
    with pytest.raises(InputError, match="strata has shape"):
        EVaLSGL(context.baseline).fit(X, y, strata=context.train.rows.strata[1:])
