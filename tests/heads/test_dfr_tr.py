"""dfr-tr: parity with a plain second implementation of the script's functions on train rows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.rows import Naming, Rows
from hindmost.heads._chosen import Held
from hindmost.heads.dfr_tr import CLASS_WEIGHTS, DFRTrain

GRID = (1.0, 0.7, 0.3, 0.1, 0.07, 0.03, 0.01)
pytestmark = pytest.mark.filterwarnings("ignore:Liblinear failed to converge")  # 20 iterations, as in the script


class Script:
    """The script's two functions on train rows, by their description."""

    def __init__(self, features: Features, seed: int, weights: tuple[float, ...] | None = None) -> None:
        self.train, self.val = features.of("train"), features.of("val")
        self.rng = np.random.RandomState(seed)
        self.scaler = StandardScaler().fit(self.train.X.astype(float))
        pairs = [(1.0, w) for w in weights or ()] + [(w, 1.0) for w in weights or ()]
        self.pairs = pairs or [(1.0, 1.0)]

    def fit(self, C: float, pair: tuple[float, float], rows: NDArray[np.int64], iterations: int) -> LogisticRegression:
        model = LogisticRegression(
            l1_ratio=1,
            solver="liblinear",
            C=C,
            class_weight={0: pair[0], 1: pair[1]},
            max_iter=iterations,
            random_state=self.rng,
        )
        return model.fit(self.scaler.transform(self.train.X[rows].astype(float)), self.train.rows.y[rows])

    def subset(self) -> NDArray[np.int64]:
        g = self.train.rows.strata
        lists = [np.flatnonzero(g == group) for group in range(g.max() + 1)]
        for members in lists:
            self.rng.shuffle(members)
        fewest = min(map(len, lists))
        return np.concatenate([members[:fewest] for members in lists])

    def choose(self) -> tuple[float, tuple[float, float]]:
        rows, scores = self.subset(), {}
        Z, y, g = self.scaler.transform(self.val.X.astype(float)), self.val.rows.y, self.val.rows.strata
        for C in GRID:
            for pair in self.pairs:
                right = self.fit(C, pair, rows, 20).predict(Z) == y
                scores[C, pair] = min(right[g == group].mean() for group in range(4))
        return list(scores)[int(np.argmax(list(scores.values())))]

    def head(self, C: float, pair: tuple[float, float]) -> tuple[NDArray[np.float64], float]:
        fits = [self.fit(C, pair, self.subset(), 100) for _ in range(10)]
        coef = np.mean([fit.coef_[0] for fit in fits], axis=0) / self.scaler.scale_
        return coef, float(np.mean([fit.intercept_[0] for fit in fits]) - coef @ self.scaler.mean_)


def _fitted(features: Features, seed: int, weights: tuple[float, ...] | None = None) -> DFRTrain:
    train = features.of("train")
    head = DFRTrain.from_context(FitContext(train, features.of("val"), None, seed, 4))
    return head.set_params(class_weights=weights).fit(train.X, train.rows.y, strata=train.rows.strata)


def _agree(features: Features, seed: int, weights: tuple[float, ...] | None = None) -> None:
    head, script = _fitted(features, seed, weights), Script(features, seed, weights)
    C, pair = script.choose()
    coef, intercept = script.head(C, pair)
    assert head.selected_["C"] == C
    assert head.selected_["class_weight"] == (None if weights is None else list(pair))
    test = features.of("test")
    np.testing.assert_array_equal(head.coef_[0] != 0, coef != 0)
    np.testing.assert_array_equal(head.predict(test.X), (test.X @ coef + intercept > 0).astype(int))
    # the same solver from the same state on the same rows: only the order of sums may differ
    np.testing.assert_allclose(head.coef_[0], coef, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_script(shortcut: Callable[..., Features], seed: int) -> None:
    _agree(shortcut(seed=seed, d=12), seed)


def test_it_is_the_script_with_its_class_weights(shortcut: Callable[..., Features]) -> None:
    _agree(shortcut(seed=3, d=12), 3, CLASS_WEIGHTS)


@pytest.mark.realdata
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_script_on_photographs(real_data: Path, seed: int) -> None:
    with np.load(real_data / "waterbirds50" / "features_lite0.npz") as stored:
        ids, y, place, split = (stored[k] for k in ("img_id", "y", "place", "split"))
        naming = Naming(("landbird", "waterbird"), ("land", "water"), ("place",))
        rows = Rows(ids.astype(str), y.astype(int), place.astype(int), split.astype(int), naming)
        _agree(Features(rows, stored["X"]), seed)


def test_nested_predictions_are_those_of_heads_chosen_without_the_fold(shortcut: Callable[..., Features]) -> None:
    """With one C nothing is chosen, so nesting changes nothing; with several, no fold's labels choose its head."""
    features = shortcut(strength=0.5)
    train, val = features.of("train"), features.of("val")
    held = Held.of(val)
    one = DFRTrain(C_grid=(0.3,), validation=held).fit(train.X, train.rows.y, strata=train.rows.strata)
    np.testing.assert_array_equal(one.val_predicted_, one.predict(val.X))
    several = _fitted(features, 0)
    grid = [
        DFRTrain(C_grid=(C,), validation=held, random_state=0).fit(train.X, train.rows.y, strata=train.rows.strata)
        for C in GRID
    ]
    said = np.stack([head.predict(val.X) for head in grid])
    assert np.isin(several.val_predicted_, (0, 1)).all()
    assert (said == several.val_predicted_).any(axis=0).all()


def test_without_validation_rows_a_half_of_the_train_rows_chooses_and_it_says_so(
    shortcut: Callable[..., Features],
) -> None:
    train = shortcut().of("train")
    head = DFRTrain(n_strata=4).fit(train.X, train.rows.y, strata=train.rows.strata)
    assert "no validation rows" in head.selected_["departs"]
    assert head.val_predicted_ is None
    assert "departs" not in _fitted(shortcut(), 0).selected_


def test_what_cannot_choose_is_refused(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    train, val = features.of("train"), features.of("val")
    table = train.X, train.rows.y
    with pytest.raises(InputError, match="class_weights are chosen on validation rows"):
        DFRTrain(class_weights=(1.0, 2.0)).fit(*table, strata=train.rows.strata)
    bare = Held.of(val.take(np.flatnonzero(val.rows.strata != 2)))
    with pytest.raises(EmptyStratum) as caught:  # the script lets NaN win here
        DFRTrain(validation=bare, n_strata=4).fit(*table, strata=train.rows.strata)
    assert caught.value.strata == (2,)
    three = np.where(np.arange(len(train.rows)) % 9 == 0, 2, train.rows.y)
    rows = Held(val.X.astype(float), np.arange(len(val.rows)) % 3, np.arange(len(val.rows)) % 3)
    with pytest.raises(InputError, match="two classes"):
        DFRTrain(class_weights=(1.0, 2.0), validation=rows).fit(train.X, three)
