"""Group DRO: the certified minimum of the worst group's loss, met by other solvers and by the published steps."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.heads.group_dro import GroupDRO
from hindmost.heads.refit import Refit
from hindmost.heads.reweighted import Reweighted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _rows(c: int, seed: int = 0) -> tuple[Floats, Ints, Ints]:
    """Groups of very different sizes; the cue is easy and wrong in the small ones."""
    rng = np.random.default_rng(seed)
    sizes = {2: [60, 8, 6, 40], 3: [50, 7, 6, 30, 9, 40]}[c]
    strata = np.repeat(np.arange(2 * c), sizes)
    y, cue = strata // 2, strata % 2
    X = rng.normal(size=(len(y), 4)) + np.eye(c, 4)[y]
    X[:, 3] += 2 * cue
    return X, y, strata


def _both_rows(head, scaler: StandardScaler) -> Floats:
    """Weights on standardised features, one row a class, intercept last: (c, d + 1)."""
    coef = head.coef_ * scaler.scale_
    table = np.column_stack([coef, head.intercept_ + head.coef_ @ scaler.mean_])
    return np.concatenate([-table / 2, table / 2]) if len(table) == 1 else table


def _losses(W: Floats, Z: Floats, y: Ints, strata: Ints) -> Floats:
    scores = Z @ W.T
    each = logsumexp(scores, axis=1) - scores[np.arange(len(y)), y]
    return np.array([each[strata == g].mean() for g in range(strata.max() + 1)])


def _objective(W: Floats, Z: Floats, y: Ints, strata: Ints, decay: float, adjustment: float) -> float:
    asked = adjustment / np.sqrt(np.bincount(strata))
    return float((_losses(W, Z, y, strata) + asked).max() + decay / 2 * (W**2).sum())


def _standardised(X: Floats) -> tuple[StandardScaler, Floats]:
    scaler = StandardScaler().fit(X)
    return scaler, np.column_stack([scaler.transform(X), np.ones(len(X))])


@pytest.mark.parametrize("c", [2, 3])
@pytest.mark.parametrize(("decay", "adjustment"), [(0.1, 0.0), (0.1, 1.0), (0.01, 0.5)])
def test_a_general_solver_finds_nothing_lower(c: int, decay: float, adjustment: float) -> None:
    X, y, strata = _rows(c)
    scaler, Z = _standardised(X)
    fitted = GroupDRO([decay], [adjustment], tol=1e-6).fit(X, y, strata=strata)
    ours = _objective(_both_rows(fitted, scaler), Z, y, strata, decay, adjustment)
    assert fitted.selected_["objective"] == pytest.approx(ours, rel=1e-9)  # the same sum, computed twice
    asked = adjustment / np.sqrt(np.bincount(strata))
    m = c * Z.shape[1]
    limits = {"type": "ineq", "fun": lambda v: v[-1] - _losses(v[:-1].reshape(c, -1), Z, y, strata) - asked}
    start = np.append(np.zeros(m), 3.0)
    oracle = minimize(
        lambda v: v[-1] + decay / 2 * (v[:-1] ** 2).sum(),
        start,
        constraints=[limits],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-10},
    )
    assert oracle.success
    assert ours == pytest.approx(oracle.fun, rel=1e-5)  # finite differences leave the oracle near 1e-6


def test_the_published_steps_come_down_to_our_value() -> None:
    """Full batches: q times exp(eta loss), then a step of gradient descent with weight decay; averaged iterates."""
    X, y, strata = _rows(2)
    scaler, Z = _standardised(X)
    decay = 0.1
    fitted = GroupDRO([decay], [0.0], tol=1e-6).fit(X, y, strata=strata)
    ours = _objective(_both_rows(fitted, scaler), Z, y, strata, decay, 0.0)
    W, q, total, weight = np.zeros((2, 5)), np.full(4, 0.25), np.zeros((2, 5)), 0.0
    truth = np.eye(2)[y]
    sizes = np.bincount(strata)
    reached = []
    for step in range(1, 4001):
        q = q * np.exp(0.05 * _losses(W, Z, y, strata))
        q /= q.sum()
        pull = (softmax(Z @ W.T, axis=1) - truth) * (q / sizes)[strata, None]
        W = W - 0.1 * (pull.T @ Z + decay * W)
        total, weight = total + step * W, weight + step
        if step in (20, 4000):
            reached.append(_objective(total / weight, Z, y, strata, decay, 0.0))
    assert reached[0] > ours * 1.01  # twenty steps are not there yet
    assert reached[1] == pytest.approx(ours, rel=1e-3)  # an average of iterates closes in as 1 / steps
    assert reached[1] >= ours * (1 - 1e-6)  # and never gets below what the certificate allows
    np.testing.assert_allclose(q, list(fitted.selected_["group_weights"].values()), rtol=0, atol=0.01)


@pytest.mark.parametrize("c", [2, 3])
def test_groups_with_weight_share_the_largest_loss(c: int) -> None:
    X, y, strata = _rows(c, seed=1)
    scaler, Z = _standardised(X)
    fitted = GroupDRO([0.05], [0.5], tol=1e-6).fit(X, y, strata=strata)
    chosen = fitted.selected_
    losses = np.array(list(chosen["group_losses"].values()))
    np.testing.assert_allclose(losses, _losses(_both_rows(fitted, scaler), Z, y, strata), rtol=1e-9)
    asked, q = losses + 0.5 / np.sqrt(np.bincount(strata)), np.array(list(chosen["group_weights"].values()))
    assert q.sum() == pytest.approx(1)
    assert (q >= 0).all()
    assert asked[q > 0.01] == pytest.approx(asked.max(), abs=1e-4)  # gap 1e-6 over a weight of 0.01
    stationary = _pull(_both_rows(fitted, scaler), Z, y, strata, q, 0.05)
    assert np.abs(stationary).max() < 1e-3  # sqrt(2 * curvature * gap)


def _pull(W: Floats, Z: Floats, y: Ints, strata: Ints, q: Floats, decay: float) -> Floats:
    residual = (softmax(Z @ W.T, axis=1) - np.eye(len(W))[y]) * (q / np.bincount(strata))[strata, None]
    return residual.T @ Z + decay * W


def test_one_group_is_plain_logistic_regression() -> None:
    X, y, _ = _rows(2)
    fitted = GroupDRO([0.05], [1.0], select="mean", tol=1e-10).fit(X, y, strata=np.zeros(len(y), dtype=np.int64))
    _, Z = _standardised(X)
    oracle = LogisticRegression(C=2 / 0.05 / len(y), fit_intercept=False, tol=1e-10, max_iter=5000).fit(Z, y)
    # a relative gap of 1e-10 leaves weights within about 1e-4 of the minimum
    np.testing.assert_allclose(fitted.decision_function(X), oracle.decision_function(Z), rtol=0, atol=1e-3)


def test_groups_that_are_copies_need_no_balance() -> None:
    X, y, _ = _rows(2)
    twice, both = np.concatenate([X, X]), np.concatenate([y, y])
    copies = np.repeat([0, 1], len(y))  # each group holds the same rows: nothing to be worst in
    fitted = GroupDRO([0.05], [0.0], select="mean", tol=1e-8).fit(twice, both, strata=copies)
    plain = GroupDRO([0.05], [0.0], select="mean", tol=1e-8).fit(twice, both, strata=0 * copies)
    assert list(fitted.selected_["group_weights"].values()) == pytest.approx([0.5, 0.5])
    assert fitted.selected_["objective"] == pytest.approx(plain.selected_["objective"], rel=1e-7)


def test_the_adjustment_asks_more_of_small_groups() -> None:
    X, y, strata = _rows(2)
    losses = [
        np.array(list(GroupDRO([0.1], [a]).fit(X, y, strata=strata).selected_["group_losses"].values()))
        for a in (0.0, 2.0)
    ]
    assert losses[1][2] < losses[0][2] - 0.01  # six rows
    assert losses[1][0] > losses[0][0] + 0.01  # sixty


def test_its_worst_loss_is_below_the_average_minimisers() -> None:
    X, y, strata = _rows(2)
    scaler, Z = _standardised(X)
    average = Reweighted([0.1]).fit(X, y, strata=strata)
    worst = GroupDRO([0.1], [0.0]).fit(X, y, strata=strata)
    found = [_objective(_both_rows(head, scaler), Z, y, strata, 0.1, 0.0) for head in (average, worst)]
    assert found[1] < found[0] - 1e-3


def test_it_gives_back_what_the_shortcut_took(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    train, val, test = (features.of(split) for split in ("train", "val", "test"))
    head = GroupDRO.from_context(FitContext(train, val, None, 0, 4))
    head.fit(train.X, train.rows.y, strata=train.rows.strata)
    reached = []
    for predicted in (Refit().fit(train.X, train.rows.y).predict(test.X), head.predict(test.X)):
        right = predicted == test.rows.y
        reached.append(min(right[test.rows.group == g].mean() for g in range(4)))
    assert reached[0] < 0.75  # the effect is there
    assert reached[1] > reached[0] + 0.1
    assert head.selected_["settings_tried"] == 28
    assert head.selected_["unconverged_fits"] == 0


def test_it_promises_nothing_without_signal() -> None:
    rng = np.random.default_rng(0)
    y, cue = (rng.random(400) < 0.2).astype(np.int64), (rng.random(400) < 0.3).astype(np.int64)  # imbalanced
    X, new = rng.normal(size=(2, 400, 3))
    fresh = (rng.random(400) < 0.2).astype(np.int64)
    right = GroupDRO().fit(X, y, strata=2 * y + cue).predict(new) == fresh
    assert min(right[fresh == k].mean() for k in (0, 1)) < 0.6


def test_a_fit_that_stops_early_says_so() -> None:
    X, y, strata = _rows(2)
    chosen = GroupDRO([0.001], [0.0], tol=1e-9, max_iter=1).fit(X, y, strata=strata).selected_
    assert chosen["unconverged_fits"] == 1
    assert chosen["relative_gap"] > 1e-9


def test_what_cannot_be_fitted_is_named() -> None:
    X, y, strata = _rows(2)
    some = strata != 1
    with pytest.raises(EmptyStratum, match="stratum 1"):
        GroupDRO(n_strata=4).fit(X[some], y[some], strata=strata[some])
    with pytest.raises(EmptyStratum, match="stratum 4"):  # a fold would have to do without it
        GroupDRO(select="mean").fit(X, y, strata=np.where(np.arange(len(y)) == 0, 4, strata))
    with pytest.raises(InputError, match="adjustments"):
        GroupDRO(adjustments=[-1.0]).fit(X, y)
    with pytest.raises(InputError, match="penalties"):
        GroupDRO([]).fit(X, y)
