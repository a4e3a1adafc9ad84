"""dfr-spuco: parity with a plain second implementation of the package's class."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.heads.dfr_spuco import DFRSpuco

GRID = (1.0, 0.7, 0.3, 0.1, 0.07, 0.03, 0.01)
Ints = NDArray[np.int64]


class Package:
    """The package's class by its description; both global streams are seeded with the same number."""

    def __init__(self, X: NDArray[np.float64], y: Ints, g: Ints, seed: int) -> None:
        self.X, self.y, self.g = X, y, g
        self.numpy, self.python = np.random.RandomState(seed), random.Random(seed)

    def one(self, rows: Ints, C: float) -> LogisticRegression:
        subset: list[int] = []
        names = sorted(set(self.g[rows].tolist()))
        fewest = min((self.g[rows] == name).sum() for name in names)
        for name in names:
            members = rows[self.g[rows] == name]
            subset += [members[i] for i in self.numpy.permutation(len(members))[:fewest]]
        model = LogisticRegression(l1_ratio=1, solver="liblinear", C=C, random_state=self.numpy)
        return model.fit(self.X[subset], self.y[subset])

    def choose(self) -> float:
        n = len(self.y)
        judging = set(self.python.sample(list(range(n)), int(0.5 * n)))
        fitted_on = np.array([*(set(range(n)) - judging)])
        judge = np.array([*judging])
        best, best_C = -1.0, 0.0
        for C in GRID:
            right = self.one(fitted_on, C).predict(self.X[judge]) == self.y[judge]
            dummy = LogisticRegression(l1_ratio=1, solver="liblinear", C=C, random_state=self.numpy)
            dummy.fit(self.X[judge][:2], [0, 1])
            worst = min(right[self.g[judge] == name].mean() for name in set(self.g[judge].tolist()))
            if worst > best:
                best, best_C = worst, C
        return best_C

    def run(self) -> tuple[float, NDArray[np.float64], NDArray[np.float64], float]:
        C = self.choose()
        fits = [self.one(np.arange(len(self.y)), C) for _ in range(20)]
        coefs = np.array([fit.coef_[0] for fit in fits])
        return C, coefs, coefs.mean(axis=0), float(np.mean([fit.intercept_[0] for fit in fits]))


def _agree(head: DFRSpuco, X: NDArray[np.float64], y: Ints, g: Ints, seed: int) -> None:
    C, coefs, coef, intercept = Package(X, y, g, seed).run()
    assert head.selected_["C"] == C
    np.testing.assert_array_equal(head.single_coefs_[:, 0] != 0, coefs != 0)
    np.testing.assert_array_equal(head.predict(X), (X @ coef + intercept > 0).astype(int))
    # the same solver from the same state on the same rows: only the order of sums may differ
    np.testing.assert_allclose(head.coef_[0], coef, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(head.intercept_, intercept, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_package(shortcut: Callable[..., Features], seed: int) -> None:
    val = shortcut(seed=seed, d=12).of("val")
    X, y, g = val.X.astype(float), val.rows.y, val.rows.strata
    _agree(DFRSpuco(n_strata=4, random_state=seed).fit(X, y, strata=g), X, y, g, seed)


@pytest.mark.realdata
@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_package_on_photographs(real_data: Path, seed: int) -> None:
    with np.load(real_data / "waterbirds50" / "features_lite0.npz") as stored:
        val = stored["split"] == 1
        X, y, place = stored["X"][val].astype(float), stored["y"][val].astype(int), stored["place"][val].astype(int)
    g = 2 * y + place
    _agree(DFRSpuco(n_strata=4, random_state=seed).fit(X, y, strata=g), X, y, g, seed)


def test_a_scaler_serves_every_fit(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    train, val = features.of("train"), features.of("val")
    scaler = StandardScaler().fit(train.X.astype(float))
    passed = DFRSpuco(center=scaler.mean_, scale=scaler.scale_).fit(val.X, val.rows.y, strata=val.rows.strata)
    Z = scaler.transform(val.X.astype(float))
    by_hand = DFRSpuco().fit(Z, val.rows.y, strata=val.rows.strata)
    assert passed.selected_["worst_per_C"] == by_hand.selected_["worst_per_C"]
    np.testing.assert_allclose(passed.decision_function(val.X), by_hand.decision_function(Z), rtol=0, atol=1e-9)
    assert (passed.selected_["scaler"], by_hand.selected_["scaler"]) == ("passed", "none")


def test_units_of_raw_features_matter(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    small = DFRSpuco(C_grid=(0.1,)).fit(val.X * 1e-4, val.rows.y, strata=val.rows.strata)
    assert not small.coef_.any()  # the penalty is on raw weights: tiny features cannot pay for theirs


def test_each_penalty_has_a_subset_of_its_own(shortcut: Callable[..., Features]) -> None:
    val = shortcut(strength=0.5).of("val")
    same = DFRSpuco(C_grid=(0.3,) * 5).fit(val.X, val.rows.y, strata=val.rows.strata).selected_["worst_per_C"]
    assert len(set(same)) > 1


def test_half_a_scaler_is_refused(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    with pytest.raises(InputError, match="belong together"):
        DFRSpuco(center=np.zeros(val.X.shape[1])).fit(val.X, val.rows.y, strata=val.rows.strata)
