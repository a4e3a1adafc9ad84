"""EVaLS-GL: loss-based sampling, settings chosen by group-labelled rows.

The last layer is made anew on equally many rows of highest and of lowest loss of each class: the first are rich in the
groups that the network fails on, the second in those that it was trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._adam import Adam
from hindmost.heads._base import NOT_HELD_OUT, STAND_IN, base_of, known_base, need_classes
from hindmost.heads._chosen import Batch, ChosenHead, Held, Settings
from hindmost.heads._minibatch import batch_of, mean_gradients, shuffled, with_ones
from hindmost.heads._select import Criterion
from hindmost.heads._strata import Strata

BATCH_SIZE = 32
SLOWER_AT, SLOWER_BY = 85, 0.1  # after so many epochs the learning rate is cut to this share


class EVaLSGL(ChosenHead):
    """A new last layer by Adam on the rows of highest and lowest loss, L1 penalty, stopped at the best epoch.

    Parameters
    ----------
    base : Head or None            the head whose losses rank the rows, for classes 0..c-1; None: a logistic regression
                                   of the rows given to ``fit`` stands in
    base_name : str                what the base is, for the record
    sizes : sequence of int >= 1   rows taken at each end of each class; those that would take a row twice are left out
    penalties : sequence of float >= 0     strengths of the L1 penalty, on weights and intercepts
    learning_rate : float > 0      of Adam; a tenth of it after 85 epochs
    epochs : int >= 1              passes over the sampled rows in batches of 32; every one is a candidate
    select, validation, n_strata, random_state : see ``ChosenHead``; without validation rows every 20th epoch is a
                                   candidate
    held_out : bool                False: the base was trained on the rows given to ``fit``; only recorded

    References
    ----------
    Ghaznavi et al. (2024), Trained models tell us how to make them robust to spurious correlation without group
    annotation; their code.
    """

    rows: ClassVar[FittedOn] = "held_out"
    labels: ClassVar[str] = "class of the held-out train rows; class and group of the validation rows, to choose"
    method: ClassVar[str] = "a new last layer on equally many rows of highest and of lowest loss of each class"
    source: ClassVar[str] = "Ghaznavi et al., 2024 (arXiv:2410.05345), variant EVaLS-GL"
    needs_groups: ClassVar[bool] = False

    def __init__(
        self,
        base: Head | None = None,
        base_name: str = "erm",
        sizes: Sequence[int] = (10, 20, 30, 40, 50, 70, 100, 150, 200, 250, 300),
        penalties: Sequence[float] = (0.0, 0.01, 0.05, 0.1, 0.2, 1.0, 2.0),
        learning_rate: float = 5e-4,
        epochs: int = 100,
        select: Criterion = "worst_group",
        validation: Held | None = None,
        held_out: bool = True,
        n_strata: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.base = base
        self.base_name = base_name
        self.sizes = sizes
        self.penalties = penalties
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.select = select
        self.validation = validation
        self.held_out = held_out
        self.n_strata = n_strata
        self.random_state = random_state

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """From the network's head, or the refit of the train rows; settings chosen on the validation rows."""
        base, name = known_base(context)
        return cls(
            base=base,
            base_name=name,
            validation=Held.of(context.val),
            held_out=context.held_out is not None,
            n_strata=context.n_strata,
            random_state=context.seed,
        )

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Sample from rows X (n, d) of classes y (n,) and fit; strata serve only to choose without validation rows."""
        if self.epochs < 1 or min(self.sizes, default=0) < 1 or min(self.penalties, default=-1) < 0:
            raise InputError(
                f"EVaLSGL expected epochs and sizes >= 1 and penalties >= 0, but {self.epochs}, {self.sizes!r} and "
                f"{self.penalties!r} came. Leave them out for the published ones."
            )
        rows, codes = self._read(X, y) if self.base is None else self._read_for(self.base, X, y)
        need_classes(codes, self.classes_)
        half = max(1, int(np.bincount(codes).min()) // 2)
        self._sizes = [int(size) for size in self.sizes if size <= half] or [half]
        self._fit_chosen(rows, codes, strata, cluster)
        self.selected_ |= {
            "base": STAND_IN if self.base is None else self.base_name,
            "at_grid_edge": self.selected_["penalty"] == max(self.penalties),
            "sizes_left_out": [int(size) for size in self.sizes if size > half],
            **({} if self.held_out else {"departs": NOT_HELD_OUT}),
        }
        return self

    def _settings(self) -> list[Settings]:
        stride = min(20, self.epochs) if self.validation is None else 1
        return [
            {"size": size, "epoch": epoch, "penalty": float(penalty)}
            for size in self._sizes
            for epoch in range(stride, self.epochs + 1, stride)
            for penalty in self.penalties
        ]

    def _fit_settings(self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]) -> Iterator[Batch]:
        base = base_of(self.base, X, y)
        lost = _losses(base.logits(X), y)
        for size, same in groupby(settings, lambda one: one["size"]):
            alike = list(same)
            rows = both_ends(lost, y, size)
            yield from self._train(with_ones(X[rows]), y[rows], alike, np.random.default_rng([self.random_state, size]))

    def _train(self, Z: FloatArray, y: IntArray, settings: list[Settings], rng: np.random.Generator) -> Iterator[Batch]:
        """The heads at each epoch that the settings name; all penalties at once, on the same batches."""
        penalties = list(dict.fromkeys(one["penalty"] for one in settings))
        wanted = {epoch: list(same) for epoch, same in groupby(settings, lambda one: one["epoch"])}
        adam = Adam(_new_heads(len(penalties), int(y.max()) + 1, Z.shape[1], rng))
        strength = np.array(penalties)[:, None, None]
        for epoch in range(1, max(wanted) + 1):
            rate = self.learning_rate * (SLOWER_BY if epoch > SLOWER_AT else 1.0)
            for drawn in shuffled(len(y), BATCH_SIZE, rng):
                gradient = mean_gradients(adam.at, Z[drawn], y[drawn]) + strength * np.sign(adam.at)
                adam.step(gradient, rate)
            if epoch in wanted:
                chosen = [penalties.index(one["penalty"]) for one in wanted[epoch]]
                yield batch_of(adam.at[chosen], wanted[epoch])


def both_ends(losses: FloatArray, y: IntArray, size: int) -> IntArray:
    """Of each class the rows of highest and of lowest loss, ``size`` of each; one that is among both comes twice."""
    ends = []
    for k in np.unique(y):
        members = np.flatnonzero(y == k)
        order = members[np.argsort(losses[members], kind="stable")]
        ends += [order[::-1][:size], order[:size]]
    return np.concatenate(ends)


def _losses(logits: FloatArray, y: IntArray) -> FloatArray:
    return np.asarray(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(y)), y])


def _new_heads(k: int, n_classes: int, width: int, rng: np.random.Generator) -> FloatArray:
    """k copies of one random start (c, d + 1): weights uniform by Xavier's rule, intercepts 0."""
    most = np.sqrt(6.0 / (n_classes + width - 1))
    head = rng.uniform(-most, most, size=(n_classes, width))
    head[:, -1] = 0.0
    return np.repeat(head[None], k, axis=0)
