"""Committee: its gradients and a whole run against torch, the limits, and the head's laws."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.special import softmax

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.heads._prototypes import Descent, Loss, Member, centred_directions, descend, directions
from hindmost.heads.committee import Committee
from hindmost.heads.refit import Refit

SHORT = {"n_members": 3, "epochs": 5, "batch": 16}
FULL = Loss(sharpness=30.0, length=10.0, similarity=5e4)


def _rows(n: int = 60, d: int = 20, c: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % c
    return rng.normal(size=(n, d)) ** 2 + 2 * np.eye(d)[y], y


def _member(c: int = 3, d: int = 20, seed: int = 1) -> Member:
    return Member(np.random.default_rng(seed).normal(scale=0.01, size=(c, d)), 1.3)


def _fit(features: Features, **given: object) -> Committee:
    train, val = features.of("train"), features.of("val")
    head = Committee.from_context(FitContext(train, val, None, 0, 4)).set_params(**given)
    return head.fit(val.X, val.rows.y, strata=val.rows.strata)


@pytest.mark.parametrize("m", [0, 2])
@pytest.mark.parametrize("scale", [1.3, -0.7])
def test_the_gradient_is_the_slope_of_the_value(m: int, scale: float) -> None:
    """By small steps, without another library: the oracle that is always there."""
    X, y = _rows()
    V, start = centred_directions(X), replace(_member(), scale=scale)
    earlier = np.random.default_rng(2).normal(size=(3, 20)) if m else None

    def unpack(point: np.ndarray) -> Member:
        return Member(point[:-1].reshape(3, 20), float(point[-1]))

    def slope(point: np.ndarray) -> np.ndarray:
        _, by_prototype, by_scale = FULL(unpack(point), V, y, earlier)
        return np.append(by_prototype.ravel(), by_scale)

    point = np.append(start.prototypes.ravel(), scale)
    # forward steps of 1e-9 at prototypes of length 0.05: curvature costs about 1e-6 of a gradient of size 100
    assert check_grad(lambda p: FULL(unpack(p), V, y, earlier)[0], slope, point, epsilon=1e-9) < 1e-2
    assert np.linalg.norm(slope(point)) > 50


def _torch_loss(torch, P, scale, V, y, others, loss):  # type: ignore[no-untyped-def]
    """The loss written with torch's own distances, normalisation and cross-entropy."""
    functional = torch.nn.functional
    apart = torch.cdist(V, functional.normalize(P), compute_mode="donot_use_mm_for_euclid_dist")
    value = functional.cross_entropy(-loss.sharpness * scale.abs() * apart, y)
    value = value + loss.length * (P**2).sum(dim=1).mean()
    if others:
        alike = torch.stack([(P * other).sum(dim=1) for other in others]).sum(dim=0) / (P.shape[1] - 1)
        value = value + loss.similarity * (alike / (len(others) + 1)).mean().abs()
    return value


@pytest.mark.vision
@pytest.mark.parametrize("m", [0, 1, 4])
def test_value_and_gradient_are_torchs(m: int) -> None:
    torch = pytest.importorskip("torch")
    X, y = _rows()
    others = [_member(seed=10 + k).prototypes for k in range(m)]
    V, member = centred_directions(X), _member()
    found = FULL(member, V, y, np.sum(others, axis=0) / (m + 1) if m else None)
    P = torch.tensor(member.prototypes, requires_grad=True)
    scale = torch.tensor(member.scale, dtype=torch.float64, requires_grad=True)
    value = _torch_loss(torch, P, scale, torch.tensor(V), torch.tensor(y), [torch.tensor(o) for o in others], FULL)
    value.backward()
    # float64 on both sides; distances from products lose at most 1e-12 against distances from differences
    assert found[0] == pytest.approx(value.item(), rel=1e-10)
    np.testing.assert_allclose(found[1], P.grad.numpy(), rtol=1e-8, atol=1e-8)
    assert found[2] == pytest.approx(scale.grad.item(), rel=1e-8)


@pytest.mark.vision
def test_a_whole_descent_is_torchs_sgd() -> None:
    torch = pytest.importorskip("torch")
    X, y = _rows(n=70)
    V, start, other = centred_directions(X), _member(), _member(seed=5).prototypes
    descent = Descent(rate=1e-3, momentum=0.9, epochs=4, batch=32)
    rng = np.random.RandomState(3)
    ours = descend(start, V, y, loss=FULL, descent=descent, earlier=other / 2, rng=rng)
    P = torch.tensor(start.prototypes, requires_grad=True)
    scale = torch.tensor(start.scale, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([P, scale], lr=1e-3, momentum=0.9)
    rng = np.random.RandomState(3)
    for epoch in range(4):
        order = rng.permutation(70)
        for k in range(2):  # 70 rows hold two batches of 32; six rows wait
            rows = order[32 * k : 32 * (k + 1)]
            optimiser.zero_grad()
            _torch_loss(
                torch, P, scale, torch.tensor(V[rows]), torch.tensor(y[rows]), [torch.tensor(other)], FULL
            ).backward()
            optimiser.step()
        # rounding of 1e-12 a step, stretched by steep gradients over eight steps
        np.testing.assert_allclose(ours[epoch].prototypes, P.detach().numpy(), rtol=0, atol=1e-8)
    assert ours[-1].scale == pytest.approx(scale.item(), abs=1e-8)


def test_the_committee_averages_probabilities_without_the_training_sharpness() -> None:
    X, y = _rows()
    head = Committee(**SHORT).fit(X, y)
    V = centred_directions(X)
    mean = np.mean([softmax(member.logits(V), axis=1) for member in head.members_], axis=0)
    np.testing.assert_allclose(head.predict_proba(X), mean, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(head.predict(X), mean.argmax(axis=1))
    two = Committee(**SHORT).fit(X[y < 2], y[y < 2])
    mean = np.mean([softmax(member.logits(V), axis=1) for member in two.members_], axis=0)
    np.testing.assert_allclose(two.predict_proba(X), mean, rtol=0, atol=1e-12)


def test_logits_are_distances_of_standardised_rows_by_a_slow_loop() -> None:
    X, member = _rows()[0][:5], _member()
    rows = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)  # as the source prepares them
    for i, row in enumerate(rows):
        for k, p in enumerate(member.prototypes):
            apart = np.sqrt(sum((a - b) ** 2 for a, b in zip(row / np.linalg.norm(row), p / np.linalg.norm(p))))
            assert member.logits(centred_directions(X))[i, k] == pytest.approx(-1.3 * apart, abs=1e-12)


@given(st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=20, deadline=None)
def test_the_scale_and_the_level_of_a_row_are_not_read(factor: float, shift: float) -> None:
    X, y = _rows(n=24, d=6)
    head = _FITTED.setdefault("head", Committee(**SHORT).fit(X, y))
    np.testing.assert_allclose(head.decision_function(X * factor + shift), head.decision_function(X), atol=1e-9)


_FITTED: dict[str, Committee] = {}


def test_a_row_of_equal_features_has_no_direction_and_no_nan() -> None:
    X, y = _rows(n=30, d=6)
    X[::5] = 0.1  # whose mean is not exactly 0.1
    assert (centred_directions(X)[::5] == 0).all()
    assert np.isfinite(Committee(**SHORT).fit(X, y).decision_function(X)).all()


def test_the_penalty_falls_with_the_members_from_the_second_on(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def hear(start: Member, V: np.ndarray, y: np.ndarray, *, loss: Loss, **others: object) -> list[Member]:
        seen.append(loss.similarity)
        return descend(start, V, y, loss=loss, **others)

    monkeypatch.setattr("hindmost.heads.committee.descend", hear)
    Committee(n_members=4, epochs=1, similarity=6.0, decay=0.5).fit(*_rows())
    assert seen == [6.0, 6.0, 4.0, 3.0]


def test_the_penalty_makes_members_differ() -> None:
    """Cosines between the members' prototypes: close to 1 without the penalty, lower with it."""
    X, y = _rows(n=120)

    def cosine(similarity: float) -> float:
        head = Committee(similarity=similarity, n_members=4, batch=16).fit(X, y)
        U = np.stack([directions(member.prototypes) for member in head.members_])
        return float(np.mean([(U[i] * U[j]).sum(axis=1).mean() for i in range(4) for j in range(i)]))

    assert cosine(0.0) > 0.9
    assert cosine(5e4) < cosine(0.0) - 0.05


def test_the_epoch_with_the_best_worst_group_is_kept_and_the_later_one_of_two() -> None:
    X, y = _rows(n=90, d=8)
    strata = y * 2 + (np.arange(90) % 5 == 0)
    head = Committee(n_members=1, epochs=12, batch=16).fit(X, y, strata=strata)
    worst = []
    for epochs in range(1, 13):  # the stream does not depend on how many epochs follow
        one = Committee(n_members=1, epochs=epochs, batch=16).fit(X, y, strata=strata)
        last = one.selected_["epoch_of_each_member"][0]
        right = head.classes_[one.members_[0].logits(centred_directions(X)).argmax(axis=1)] == y
        assert one.selected_["worst_of_each_member"][0] == min(right[strata == g].mean() for g in range(6))
        worst.append((one.selected_["worst_of_each_member"][0], last))
    assert worst[-1][0] == max(w for w, _ in worst)
    assert all(earlier <= later for earlier, later in pairwise(worst))


def test_the_worst_group_gains_where_the_shortcut_hurt(shortcut: Callable[..., Features]) -> None:
    features = shortcut(d=12)
    train, test = features.of("train"), features.of("test")
    worst = []
    for head in (Refit().fit(train.X, train.rows.y), _fit(features, batch=40)):
        right = head.predict(test.X) == test.rows.y
        worst.append(min(right[test.rows.group == g].mean() for g in range(4)))
    assert worst[0] < 0.75
    assert worst[1] > worst[0] + 0.1


def test_nothing_to_learn_gives_no_accuracy() -> None:
    """Null with imbalance: labels that features say nothing of; new rows of both classes, half of them right."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [180, 20])
    head = Committee(**SHORT).fit(rng.normal(size=(200, 10)), y)
    said = head.predict(rng.normal(size=(4000, 10)))
    assert abs((said == np.arange(4000) % 2).mean() - 0.5) < 0.04  # five standard errors
    assert 0.2 < said.mean() < 0.8  # balanced subsets: the common class is not the answer


def test_same_seed_same_members_and_a_record_in_plain_values() -> None:
    X, y = _rows()
    first, again, other = (Committee(**SHORT, random_state=seed).fit(X, y) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.decision_function(X), again.decision_function(X))
    assert first.selected_ == again.selected_
    assert np.abs(first.decision_function(X) - other.decision_function(X)).max() > 0
    assert first.selected_["steps_per_epoch"] == 3
    assert "departs" not in first.selected_
    few = Committee(n_members=1, epochs=1).fit(X, y)
    assert few.selected_["departs"] == "a balanced subset has 60 rows, fewer than the published batch of 256"


def test_strata_and_settings_that_cannot_be_used() -> None:
    X, y = _rows()
    with pytest.raises(EmptyStratum, match="stratum 3 is without rows"):
        Committee(n_strata=4, **SHORT).fit(X, y, strata=y)
    with pytest.raises(InputError, match="strata has shape"):
        Committee(**SHORT).fit(X, y, strata=y[1:])
    with pytest.raises(InputError, match="at least 1"):
        Committee(n_members=0).fit(X, y)


@pytest.mark.realdata
def test_on_photographs_the_worst_group_is_far_above_the_networks(real_data: Path) -> None:
    """Waterbirds-50, seed 0: the network's own head has 0.231."""
    with np.load(real_data / "waterbirds50" / "features_lite0.npz") as stored:
        X, y, place, split = (stored[k] for k in ("X", "y", "place", "split"))
    group = y.astype(int) * 2 + place.astype(int)
    val, test = split == 1, split == 2
    right = Committee(n_strata=4).fit(X[val], y[val], strata=group[val]).predict(X[test]) == y[test]
    assert min(right[group[test] == g].mean() for g in range(4)) > 0.6


def test_it_has_no_weights_to_map_or_export() -> None:
    assert not hasattr(Committee(), "coef_")
