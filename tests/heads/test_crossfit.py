"""Predictions of rows by fits that never saw them."""

from collections.abc import Callable
from typing import Self

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.heads._linear import LinearHead
from hindmost.heads.crossfit import out_of_fold
from hindmost.heads.dfr import DFR
from hindmost.heads.refit import Refit


class Memory(LinearHead):
    """Says 1 of every value of the first column that it was fitted on."""

    @classmethod
    def from_context(cls, context: FitContext) -> "Memory":
        return cls()

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        self.seen_ = np.asarray(X)[:, 0]
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        return np.isin(np.asarray(X)[:, 0], self.seen_).astype(np.int64)


STRATA = np.repeat([0, 1, 2, 3], [20, 11, 9, 7])
Y = STRATA // 2


def test_no_row_is_predicted_by_a_fit_that_saw_it() -> None:
    X = np.arange(len(Y), dtype=float)[:, None]
    assert (Memory().fit(X, Y).predict(X) == 1).all()
    predicted, reason = out_of_fold(Memory(), X, Y, STRATA)
    assert reason is None
    assert (predicted == 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_no_cluster_is_split(seed: int) -> None:
    cluster = np.random.default_rng(seed).integers(0, 18, len(Y))
    X = cluster[:, None].astype(float)
    assert (out_of_fold(Memory(), X, Y, STRATA, seed=seed)[0] == 1).any()  # without the ids they are split
    predicted, reason = out_of_fold(Memory(), X, Y, STRATA, cluster=cluster, seed=seed)
    assert reason is None
    assert (predicted == 0).all()


def test_the_smallest_stratum_sets_the_number_of_folds() -> None:
    strata = np.repeat([0, 1], [30, 2])
    X = np.arange(32, dtype=float)[:, None]
    predicted, reason = out_of_fold(Memory(), X, strata, strata)
    assert reason is None
    assert (predicted == 0).all()


@pytest.mark.parametrize("cluster", [None, np.repeat([0, 1, 2], [8, 8, 2])])
def test_one_row_or_cluster_of_a_stratum_is_too_few(cluster: NDArray[np.int64] | None) -> None:
    strata = np.repeat([0, 1], [16, 2] if cluster is not None else [17, 1])
    predicted, reason = out_of_fold(Memory(), np.ones((18, 1)), strata, strata, cluster=cluster)
    assert (predicted == -1).all()
    assert reason is not None
    assert "stratum 1 has 1" in reason


def test_a_fold_that_cannot_be_fitted_says_why() -> None:
    X = np.random.default_rng(0).normal(size=(len(Y), 3))
    predicted, reason = out_of_fold(DFR(n_strata=5), X, Y, STRATA)
    assert (predicted == -1).all()
    assert reason is not None
    assert reason.startswith("5 of 5 folds: Expected rows of every stratum, but stratum 4")


def test_same_seed_same_folds(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    runs = [out_of_fold(Refit(), val.X, val.rows.y, val.rows.strata, seed=seed)[0] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


def test_nothing_learnt_from_noise_where_the_own_rows_look_learnt() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.3).astype(np.int64)  # imbalanced
    X = rng.normal(size=(300, 400))  # enough features to learn the rows by heart
    head = Refit()
    wrong = [head.fit(X, y).predict(X) != y, out_of_fold(head, X, y, y)[0] != y]
    in_sample, honest = (np.mean([w[y == k].mean() for k in (0, 1)]) for w in wrong)  # mean over classes
    assert in_sample == 0
    assert 0.4 < honest < 0.6


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(InputError, match="equal lengths"):
        out_of_fold(Refit(), np.ones((3, 1)), np.zeros(3, dtype=np.int64), np.zeros(2, dtype=np.int64))
