"""DFR as SubpopBench does it: one softmax head by SGD on one balanced subset, its settings by random search."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._linear import LinearHead
from hindmost.heads._select import scores_of
from hindmost.heads._strata import Strata, read_strata

MOMENTUM = 0.9


class DFRSubpop(LinearHead):
    """Softmax regression on raw features with ``penalty * |W|_1`` in its loss, by stochastic gradient descent.

    Parameters
    ----------
    n_settings : int >= 1         random settings tried; the first is the benchmark's default
    steps : int >= 1              of SGD, the same for all
    checkpoint_every : int >= 1   steps between looks at the validation rows
    n_strata : int or None        strata 0..n_strata-1 must all have rows; None: the strata that occur
    random_state : int

    References
    ----------
    Yang, Zhang, Katabi, Ghassemi (2023), Change is hard: a closer look at subpopulation shift, ICML; the class
    ``DFR`` of ``subpopbench/learning/algorithms.py``.
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows"
    method: ClassVar[str] = "softmax head with an L1 penalty, by SGD on one group-balanced validation subset"
    source: ClassVar[str] = "Yang, Zhang, Katabi, Ghassemi, ICML 2023 (arXiv:2302.12254), SubpopBench's DFR"

    def __init__(
        self,
        n_settings: int = 16,
        steps: int = 5001,
        checkpoint_every: int = 300,
        n_strata: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.n_settings = n_settings
        self.steps = steps
        self.checkpoint_every = checkpoint_every
        self.n_strata = n_strata
        self.random_state = random_state

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The benchmark's settings with the audit's groups and seed."""
        return cls(n_strata=context.n_strata, random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Train every setting on one balanced subset of rows X (n, d); keep the best checkpoint on all of them.

        Raises
        ------
        EmptyStratum
            A stratum of 0..n_strata-1 has no rows.
        """
        if min(self.n_settings, self.steps, self.checkpoint_every) < 1:
            raise InputError(
                f"n_settings, steps and checkpoint_every must be 1 or more, but {self.n_settings}, {self.steps} and "
                f"{self.checkpoint_every} came. Leave them out for the benchmark's."
            )
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        rng = np.random.RandomState(self.random_state)
        subset = balanced(groups.lists(np.arange(len(codes)), "the rows"), rng)
        settings = [setting(k) for k in range(self.n_settings)]
        race = _Race(settings, rows, codes, groups, len(self.classes_))
        race.run(rows[subset], codes[subset], self.steps, self.checkpoint_every, rng)
        best = race.best()
        self._set(Head(race.coef[best], race.intercept[best]))
        self.single_coefs_ = None
        self.n_iter_ = int(race.step[best]) + 1
        self.selected_ = {
            "lr": settings[best].lr,
            "penalty": settings[best].penalty,
            "batch_size": settings[best].batch,
            "setting": best,
            "settings_tried": self.n_settings,
            "step": int(race.step[best]),
            "chosen_on": "worst group of all validation rows, those it was trained on among them",
            "chosen_score": float(race.score[best]),
            "seed": int(self.random_state),
            "strata": [int(i) for i in groups.ids],
            "per_group": int(np.bincount(groups.codes).min()),
            "scaler": "none",
        }
        return self


@dataclass(frozen=True)
class Setting:
    """Learning rate, weight of the L1 norm, rows a step."""

    lr: float
    penalty: float
    batch: int


def setting(seed: int) -> Setting:
    """The benchmark's settings with this seed: its default for 0, else drawn as its registry draws them."""
    if seed == 0:
        return Setting(1e-3, 0.1, 108)
    hashed = _hash(seed)
    lr, penalty, batch = (np.random.RandomState(_hash(hashed, name)) for name in ("lr", "dfr_reg", "batch_size"))
    return Setting(10 ** lr.uniform(-4, -2), 10 ** penalty.uniform(-2, 0.5), int(2 ** batch.uniform(6, 6.75)))


def _hash(*values: int | str) -> int:
    return int(md5(str(values).encode()).hexdigest(), 16) % 2**31


class _Race:
    """All k settings side by side, from one start and on the same draws, as equal seeds give them.

    Parameters
    ----------
    X, y, groups : the rows that checkpoints are judged by, n of them, with class positions and strata

    Attributes
    ----------
    coef, intercept : float arrays (k, c, d), (k, c)     each setting's best checkpoint so far
    score, step : arrays (k,)                            its worst stratum, and when
    """

    def __init__(self, settings: list[Setting], X: FloatArray, y: IntArray, groups: Strata, n_classes: int) -> None:
        k, d = len(settings), X.shape[1]
        self._settings, self._X, self._y, self._groups = settings, X.astype(np.float32), y, groups
        self.coef = np.zeros((k, n_classes, d))
        self.intercept = np.zeros((k, n_classes))
        self.score = np.full(k, -1.0)
        self.step = np.zeros(k, dtype=np.int64)

    def best(self) -> int:
        """The setting with the best checkpoint; the last of equals, as the benchmark sorts them."""
        return int(np.flatnonzero(self.score == self.score.max())[-1])

    def run(self, X: FloatArray, y: IntArray, steps: int, every: int, rng: np.random.RandomState) -> None:
        """Train on rows X (m, d), drawn with replacement, from the start that torch gives a linear layer."""
        k, c, d = self.coef.shape
        bound = 1 / np.sqrt(d)
        start = rng.uniform(-bound, bound, (c, d + 1)).astype(np.float32)
        W = np.tile(start, (k, 1)).T.copy()  # (d + 1, k * c), the intercepts below
        rows = np.column_stack([X, np.ones(len(X))]).astype(np.float32)
        one_hot = np.eye(c, dtype=np.float32)[y]
        share, lr, pull = self._columns(c, d)
        velocity = np.zeros_like(W)
        for step, drawn in enumerate(rng.randint(len(rows), size=(steps, len(share)))):
            Z = rows[drawn]
            wrong = _softmax((Z @ W).reshape(-1, k, c))
            wrong -= one_hot[drawn, None]
            wrong *= share
            velocity *= MOMENTUM
            velocity += Z.T @ wrong.reshape(-1, k * c)
            velocity += pull * np.sign(W)
            W -= lr * velocity
            if step % every == 0 or step == steps - 1:
                self._look(W, step)

    def _columns(self, c: int, d: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Each drawn row's share of each setting's batch (b, k, 1), and rates and pulls in the shape of W."""
        batch = np.array([s.batch for s in self._settings])
        share = (np.arange(batch.max())[:, None] < batch) / batch
        pull = np.tile(np.repeat([s.penalty for s in self._settings], c), (d + 1, 1))
        pull[-1] = 0  # intercepts are free
        rates = np.repeat([s.lr for s in self._settings], c)
        return share[:, :, None].astype(np.float32), rates.astype(np.float32), pull.astype(np.float32)

    def _look(self, W: NDArray[np.float32], step: int) -> None:
        """Judge all settings now; the earlier checkpoint of equals is kept."""
        k, c, d = self.coef.shape
        predicted = (self._X @ W[:-1] + W[-1]).reshape(-1, k, c).argmax(axis=2)
        found = scores_of((predicted == self._y[:, None]).T, self._groups, "worst_group")
        better = found > self.score
        heads = W.T.reshape(k, c, d + 1).astype(np.float64)
        self.coef[better], self.intercept[better] = heads[better, :, :-1], heads[better, :, -1]
        self.score[better], self.step[better] = found[better], step


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Over the last axis, in place."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores
