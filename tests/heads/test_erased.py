"""Erased: parity with EleutherAI's LEACE, the theorem, and the head's laws."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.rows import Naming, Rows
from hindmost.heads._erasure import erasure_of
from hindmost.heads._leace import leace, shrunk, within_class
from hindmost.heads._scaler import scaler_of
from hindmost.heads._strata import read_strata
from hindmost.heads.erased import Erased
from hindmost.heads.refit import Refit

CELLS = (400, 60, 40, 300, 30, 170)  # three classes of two strata, rare ones among them
D = 12


def _cells(seed: int = 0, cells: tuple[int, ...] = CELLS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Correlated features with a class and, in another direction in every class, a cue: X (n, D), y, strata."""
    rng = np.random.default_rng(seed)
    strata = np.repeat(np.arange(len(cells)), cells)
    y, cue = strata // 2, strata % 2
    X = rng.normal(size=(len(y), D)) + 3 * np.eye(D)[y]
    X += np.eye(D)[5 + y] * (2 * (2 * cue - 1))[:, None] + (cue[:, None] * np.eye(D)[8])
    return X @ np.random.default_rng(99).normal(size=(D, D)), y, strata  # mixed alike for every seed


def _probe(X: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Weights of an unpenalised linear probe, on centred rows so that lbfgs reaches its optimum."""
    scaled = (X - X.mean(axis=0)) / X.std()
    return LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000).fit(scaled, z).coef_


def _fit(features: Features, seed: int = 0) -> Erased:
    train, val = features.of("train"), features.of("val")
    head = Erased.from_context(FitContext(train, val, None, seed, 4))
    return head.fit(val.X, val.rows.y, strata=val.rows.strata)


def _by_group(head: object, test: Features) -> list[float]:
    right = head.predict(test.X) == test.rows.y  # type: ignore[attr-defined]
    return [float(right[test.rows.group == g].mean()) for g in range(4)]


@pytest.mark.vision
@pytest.mark.parametrize("trace", [False, True])
@pytest.mark.parametrize("shrink", [False, True])
@pytest.mark.parametrize("rows", ["many", "few"])
def test_parity_with_concept_erasure(trace: bool, shrink: bool, rows: str) -> None:
    """Their eraser on the same rows; bounding the trace changes nothing, and few rows make the covariance singular."""
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch.jit.script inside their package
        theirs = pytest.importorskip("concept_erasure").LeaceFitter
    X, y, strata = _cells()
    keep = slice(None) if rows == "many" else np.linspace(0, len(y) - 1, D - 2).astype(int)
    raw, concept = X[keep], np.eye(6)[strata[keep]]
    for Xs, Z in [(raw, concept), within_class(raw, y[keep], np.unique(strata[keep], return_inverse=True)[1])]:
        for tol in (0.01, 0.3):
            fitted = theirs.fit(
                torch.tensor(Xs), torch.tensor(Z), shrinkage=shrink, constrain_cov_trace=trace, svd_tol=tol
            ).eraser
            ours = leace(Xs, Z, shrink=shrink, tol=tol)
            P = np.eye(D) - ours.left @ ours.right
            # two eigensolvers on condition numbers up to 1e4: about 1e-12 relative, times the size of the features
            np.testing.assert_allclose(P, fitted.P.numpy(), rtol=0, atol=1e-8)
            np.testing.assert_allclose(ours(Xs), fitted(torch.tensor(Xs)).numpy(), rtol=0, atol=1e-8)


@pytest.mark.parametrize("shrink", [False, True])
def test_no_linear_probe_within_class_learns_the_cue(shrink: bool) -> None:
    """The theorem, in the sample, where rows are more than ten times the features: the best probe is the constant."""
    X, y, strata = _cells()
    eraser = leace(*within_class(X, y, strata), shrink=shrink)
    erased = eraser(X)
    for k in range(3):
        inside = y == k
        assert np.abs(_probe(X[inside], strata[inside])).max() > 0.05  # before
        assert np.abs(_probe(erased[inside], strata[inside])).max() < 1e-4  # lbfgs stops at gradients of 1e-10
        means = [erased[strata == s].mean(axis=0) for s in (2 * k, 2 * k + 1)]
        np.testing.assert_allclose(means[0], means[1], rtol=0, atol=1e-9)  # sums of 400 numbers of size 10


def _held_out_auc(X: np.ndarray, z: np.ndarray) -> float:
    """Of a linear probe fitted on every other row and judged on the rest."""
    found = LogisticRegression(max_iter=2000).fit(X[::2], z[::2]).decision_function(X[1::2])
    return float(roc_auc_score(z[1::2], found))


def test_a_probe_on_new_rows_does_no_better_than_on_permuted_labels() -> None:
    """Erased on many rows, probed on others: the cue shifts the mean, so next to nothing of it is left."""
    X, y, strata = _cells(cells=(2000, 1000, 800, 2000, 700, 1500))
    eraser = leace(*within_class(X, y, strata))
    rng = np.random.default_rng(2)
    fresh, classes, cells = _cells(seed=1, cells=(600, 400, 400, 600, 300, 500))
    for k in range(3):
        inside = rng.permutation(np.flatnonzero(classes == k))
        before, cue = fresh[inside], cells[inside] % 2
        permuted = [_held_out_auc(eraser(before), rng.permutation(cue)) for _ in range(20)]
        assert _held_out_auc(before, cue) > 0.9
        # two standard errors of an AUC of 250 against 150 rows
        assert _held_out_auc(eraser(before), cue) < max(permuted) + 0.06


def test_little_is_erased_from_a_rare_stratum() -> None:
    """Honesty: with six rows in one stratum the cue is still found in new rows, with hundreds it is not."""
    fresh, classes, cells = _cells(seed=1, cells=(1000, 1000, 1, 1, 1, 1))
    order = np.random.default_rng(0).permutation(2000)
    left = []
    for rare in (6, 600):
        X, y, strata = _cells(cells=(1000, rare, 500, 500, 500, 500))
        eraser = leace(*within_class(X, y, strata))
        left.append(_held_out_auc(eraser(fresh[order]), cells[order]))
    assert classes[order].max() == 0
    assert left[0] > left[1] + 0.1


def test_erasing_twice_is_erasing_once_and_the_mean_stays() -> None:
    X, _, strata = _cells()
    eraser = leace(X, np.eye(6)[strata])
    erased = eraser(X)
    np.testing.assert_allclose(eraser(erased), erased, rtol=0, atol=1e-9)  # rounding of features of size 10
    np.testing.assert_allclose(erased.mean(axis=0), X.mean(axis=0), rtol=0, atol=1e-9)
    assert np.linalg.matrix_rank(X - erased, tol=1e-6) == len(eraser.strength) == 5


def test_it_is_the_smallest_change_but_never_smaller_than_the_oracles() -> None:
    """Against other projections that erase as much (slow: drawn at random), and against erasing with known labels."""
    X, _, strata = _cells()
    Z = np.eye(6)[strata][:, :5]
    eraser, rows, rng = leace(X, Z, shrink=False), X - X.mean(axis=0), np.random.default_rng(0)
    centred = Z - Z.mean(axis=0)
    oracle = centred @ np.linalg.lstsq(centred, rows, rcond=None)[0]  # the part of X that Z says
    seen = rows.T @ centred  # what a projection must send to zero
    for metric in (np.eye(D), rng.normal(size=(D, D))):  # LEACE is the smallest in every inner product
        moved = ((X - eraser(X)) @ metric) ** 2
        assert moved.sum() >= ((oracle @ metric) ** 2).sum()
        for _ in range(20):
            right = np.linalg.pinv(seen) + 0.1 * eraser.right.std() * rng.normal(size=(5, D)) @ _away_from(seen)
            other = rows @ right.T @ seen.T
            np.testing.assert_allclose((rows - other).T @ centred, 0, rtol=0, atol=1e-6)  # sums over 1,000 rows
            assert ((other @ metric) ** 2).sum() > moved.sum()


def _away_from(columns: np.ndarray) -> np.ndarray:
    return np.eye(len(columns)) - columns @ np.linalg.pinv(columns)


def test_no_direction_gains_variance_so_the_trace_needs_no_bound() -> None:
    X, _, strata = _cells()
    eraser = leace(X, np.eye(6)[strata], shrink=False)
    fall = np.cov(X.T) - np.cov(eraser(X).T)
    np.testing.assert_allclose(fall, eraser.left @ eraser.left.T, rtol=0, atol=1e-9)
    assert np.linalg.eigvalsh(fall).min() > -1e-9


def test_shrinkage_is_its_formula_and_goes_away_with_many_rows() -> None:
    X = _cells()[0][:40]
    S, n = np.cov(X.T, bias=True), 40
    share, mixed = shrunk(S, n)
    trace, norm = sum(S[i, i] for i in range(D)), sum(S[i, j] ** 2 for i in range(D) for j in range(D))
    assert share == pytest.approx(trace**2 / n / (norm - trace**2 / D))
    np.testing.assert_allclose(mixed, (1 - share) * S + share * trace / D * np.eye(D))
    assert shrunk(S, 10**9)[0] < 1e-6
    assert shrunk(S, 1)[0] == 1.0  # never past the identity
    assert shrunk(np.eye(D), 40)[0] == 1.0  # nothing but the identity to shrink to


def test_weights_before_erasing_give_the_scores_after_it() -> None:
    X, _, strata = _cells()
    X += 3.0  # a mean that the fold must carry
    eraser, rng = leace(X, np.eye(6)[strata]), np.random.default_rng(0)
    coef, intercept = rng.normal(size=(3, D)), rng.normal(size=3)
    folded = eraser.fold(coef, intercept)
    np.testing.assert_allclose(X @ folded[0].T + folded[1], eraser(X) @ coef.T + intercept, rtol=0, atol=1e-8)


def test_the_concept_is_the_stratum_given_the_class_by_a_slow_loop() -> None:
    X, y, strata = _cells(cells=(7, 2, 3, 0, 4, 1))
    rows, concept = within_class(X, y, np.unique(strata, return_inverse=True)[1])
    expected = []
    for s in (0, 1, 4, 5):  # class 1 has one stratum: nothing to tell
        column = np.array([(t == s) - (strata[y == k] == s).mean() for t, k in zip(strata, y)])
        expected.append(column / np.sqrt((column**2).mean()))
    np.testing.assert_allclose(concept, np.array(expected).T, rtol=0, atol=1e-12)
    for k in range(3):
        np.testing.assert_allclose(rows[y == k], X[y == k] - X[y == k].mean(axis=0), rtol=0, atol=1e-12)


@given(st.integers(0, 10_000), st.lists(st.integers(0, 9), min_size=4, max_size=4))
@settings(max_examples=25, deadline=None)
def test_rare_and_absent_strata(seed: int, sizes: list[int]) -> None:
    """Whatever occurs: class means of the erased rows agree over the strata of a class, and nothing is NaN."""
    strata = np.repeat(np.arange(4), np.add(sizes, [3, 0, 0, 3]))
    y, X = strata // 2, np.random.default_rng(seed).normal(size=(len(strata), 5))
    _, codes = np.unique(strata, return_inverse=True)
    eraser = leace(*within_class(X, y, codes))
    erased = eraser(X)
    assert np.isfinite(erased).all()
    assert len(eraser.strength) <= (sizes[1] > 0) + (sizes[2] > 0)
    for k in (0, 1):
        means = [erased[strata == s].mean(axis=0) for s in (2 * k, 2 * k + 1) if (strata == s).any()]
        # a direction with a correlation up to the tolerance of 0.01 may stay: a hundredth of its deviation
        np.testing.assert_allclose(means[0], means[-1], rtol=0, atol=0.1)


def test_the_fold_reads_raw_features(shortcut: Callable[..., Features]) -> None:
    """The head on raw features says what the logistic regression on erased ones says."""
    train, val, test = (shortcut().of(split) for split in ("train", "val", "test"))
    head = _fit(shortcut())
    erasure = erasure_of(train.X.astype(float), train.rows.y, read_strata(train.rows.strata, train.rows.y, 4))
    weights = 1 / np.bincount(val.rows.strata)[val.rows.strata] * len(val.X) / 4
    oracle = LogisticRegression(C=head.selected_["C"], tol=1e-8, max_iter=1000)
    oracle.fit(erasure(val.X.astype(float)), val.rows.y, sample_weight=weights)
    expected = oracle.decision_function(erasure(test.X.astype(float)))
    np.testing.assert_allclose(head.decision_function(test.X), expected, rtol=0, atol=1e-8)
    cue = erasure.eraser.left * erasure.scaler.scale[:, None]  # raw steps along what was erased
    assert np.abs(head.coef_ @ cue).max() < 1e-8


def test_the_worst_group_gains_where_the_shortcut_hurt(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    train, test = features.of("train"), features.of("test")
    before, after = _by_group(Refit().fit(train.X, train.rows.y), test), _by_group(_fit(features), test)
    assert min(before) < 0.75
    assert min(after) > min(before) + 0.1


def test_without_strata_nothing_is_erased_and_classes_are_balanced() -> None:
    X, y, _ = _cells()
    head = Erased(C_grid=(0.1,)).fit(X, y)
    scaler = scaler_of(X)
    plain = LogisticRegression(C=0.1, tol=1e-8, max_iter=1000, class_weight="balanced").fit(scaler(X), y)
    np.testing.assert_allclose(head.decision_function(X), plain.decision_function(scaler(X)), rtol=0, atol=1e-8)
    assert head.selected_["directions_erased"] == 0
    assert head.selected_["departs"]


def test_a_strong_penalty_still_balances_the_classes() -> None:
    """The intercept is free: with weights near zero every class still gets its share of its own rows."""
    X, y, strata = _cells()
    head = Erased(C_grid=(1e-7,)).fit(X, y, strata=strata)
    assert min((head.predict(X) == y)[y == k].mean() for k in range(3)) > 0.5
    weak = head.predict_proba(X)
    assert np.abs(weak - 1 / 3).max() < 0.01
    weights = 1 / np.bincount(strata)[strata]
    np.testing.assert_allclose((weak * weights[:, None]).sum(axis=0), [2, 2, 2], rtol=0, atol=1e-6)  # its optimality


def test_a_stratum_too_small_to_tell_is_not_enough_data(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    rows = features.rows
    few = np.flatnonzero(features.of("train").rows.group == 2)[:9]
    thin = features.take(np.flatnonzero((rows.group != 2) | (rows.split != 0) | np.isin(np.arange(len(rows)), few)))
    with pytest.raises(EmptyStratum, match=r"Not enough data .* stratum 2 has 9 rows, 1 more needed") as found:
        _fit(thin)
    assert found.value.strata == (2,)
    with pytest.raises(EmptyStratum, match="stratum 3 has 4 rows, 6 more needed"):
        Erased().fit(*_cells(cells=(20, 20, 20, 4))[:2], strata=np.repeat(np.arange(4), (20, 20, 20, 4)))


def test_an_absent_stratum_and_a_wrong_erasure_are_refused(shortcut: Callable[..., Features]) -> None:
    train, val = shortcut().of("train"), shortcut().of("val")
    with pytest.raises(EmptyStratum, match="stratum 2 is without rows"):
        _fit(shortcut().take((shortcut().rows.group != 2) | (shortcut().rows.split != 0)))
    head = Erased.from_context(FitContext(train, val, None, 0, 4))
    with pytest.raises(InputError, match="reads 6 features, X has 3"):
        head.fit(val.X[:, :3], val.rows.y, strata=val.rows.strata)
    with pytest.raises(InputError, match="C_grid expected"):
        Erased(C_grid=(0.0,)).fit(val.X, val.rows.y)
    with pytest.raises(InputError, match="strata has shape"):
        head.fit(val.X, val.rows.y, strata=val.rows.strata[1:])


@pytest.mark.realdata
def test_on_photographs_the_cue_is_weaker_and_not_gone(real_data: Path) -> None:
    """Waterbirds-50, erased from 45 and 15 train rows: five-fold probes of new rows, before, after, and permuted."""
    with np.load(real_data / "waterbirds50" / "features_lite0.npz") as stored:
        y, place, split = (stored[k].astype(int) for k in ("y", "place", "split"))
        rows = Rows(stored["img_id"].astype(str), y, place, split, Naming(("l", "w"), ("l", "w"), ("place",)))
        features = Features(rows, stored["X"])
    train, val = features.of("train"), features.of("val")
    erasure = erasure_of(train.X.astype(float), train.rows.y, read_strata(train.rows.strata, train.rows.y, 4))
    rng = np.random.default_rng(0)
    for k in (0, 1):
        inside = rng.permutation(np.flatnonzero(val.rows.y == k))
        X, cue = val.X[inside].astype(float), val.rows.cue[inside]
        before, after = (_held_out_auc(Z, cue) for Z in (erasure.scaler(X), erasure(X)))
        permuted = [_held_out_auc(erasure(X), rng.permutation(cue)) for _ in range(9)]
        assert before > 0.95
        assert before > after > max(permuted)
