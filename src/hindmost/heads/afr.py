"""AFR: automatic feature reweighting.

Rows that the network's head is unsure of, or gets wrong, weigh more; the head takes gradient steps on the
weighted loss and is pulled back to where it started. No group is looked at except to choose the settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._base import NOT_HELD_OUT, STAND_IN, base_of, known_base, need_classes, shares
from hindmost.heads._chosen import Batch, ChosenHead, Held, Settings
from hindmost.heads._descent import Problems, Span, descend, heads_of
from hindmost.heads._select import Criterion
from hindmost.heads._strata import Strata

WATERBIRDS_GAMMAS = tuple(4 + 0.5 * k for k in range(33))
WATERBIRDS_PENALTIES = (0.0, 0.1, 0.2, 0.3)


class AFR(ChosenHead):
    """Weighted descent from a base head, all settings at once, stopped where the choosing rows are best.

    Parameters
    ----------
    base : Head or None            the head whose doubts make the weights and which the steps start from, for classes
                                   0..c-1; None: a logistic regression of the rows given to ``fit`` stands in
    base_name : str                what the base is, for the record
    gammas : sequence of float     how fast the weight of a row falls with the probability of its true class
    penalties : sequence of float >= 0     strength of the pull back to the base
    learning_rate : float > 0
    steps : int >= 1               gradient steps on all rows; every one is a candidate
    max_norm : float > 0           longer gradients are cut to this length
    select, validation, n_strata, random_state : see ``ChosenHead``; without validation rows at most five of the gammas
                                   and every 50th step are candidates
    held_out : bool                False: the base was trained on the rows given to ``fit``; only recorded

    References
    ----------
    Qiu, Potapczynski, Izmailov, Wilson (2023), Simple and fast group robustness by automatic feature reweighting, ICML.
    """

    rows: ClassVar[FittedOn] = "held_out"
    labels: ClassVar[str] = "class of the held-out train rows; class and group of the validation rows, to choose"
    method: ClassVar[str] = "gradient steps from the network's head on rows weighted by its doubt, pulled back to it"
    source: ClassVar[str] = "Qiu, Potapczynski, Izmailov, Wilson, ICML 2023 (arXiv:2306.11074)"
    needs_groups: ClassVar[bool] = False

    def __init__(
        self,
        base: Head | None = None,
        base_name: str = "erm",
        gammas: Sequence[float] = WATERBIRDS_GAMMAS,
        penalties: Sequence[float] = WATERBIRDS_PENALTIES,
        learning_rate: float = 0.01,
        steps: int = 500,
        max_norm: float = 1.0,
        select: Criterion = "worst_group",
        validation: Held | None = None,
        held_out: bool = True,
        n_strata: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.base = base
        self.base_name = base_name
        self.gammas = gammas
        self.penalties = penalties
        self.learning_rate = learning_rate
        self.steps = steps
        self.max_norm = max_norm
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
        """Descend on rows X (n, d) of classes y (n,); strata serve only to choose without validation rows."""
        if self.steps < 1 or not len(self.gammas) or not len(self.penalties) or min(self.penalties) < 0:
            raise InputError(
                f"AFR expected steps >= 1, gammas, and penalties >= 0, but {self.steps}, {self.gammas!r} and "
                f"{self.penalties!r} came. Leave them out for the published grids."
            )
        rows, codes = self._read(X, y) if self.base is None else self._read_for(self.base, X, y)
        need_classes(codes, self.classes_)
        self._fit_chosen(rows, codes, strata, cluster)
        weights = doubt_weights(base_of(self.base, rows, codes).logits(rows), codes, self.selected_["gamma"])
        self.selected_ |= {
            "base": STAND_IN if self.base is None else self.base_name,
            "at_grid_edge": self.selected_["gamma"] in (min(self.gammas), max(self.gammas)),
            "effective_rows": float(1 / (weights**2).sum()),
            "rows": len(codes),
            **({} if self.held_out else {"departs": NOT_HELD_OUT}),
        }
        return self

    def _settings(self) -> list[Settings]:
        alone = self.validation is None  # five descents more, and a table of every candidate's rows: try fewer
        stride = min(50, self.steps) if alone else 1
        gammas = self.gammas[:: -(-len(self.gammas) // 5)] if alone else self.gammas
        pairs = [(float(gamma), float(penalty)) for gamma in gammas for penalty in self.penalties]
        return [
            {"gamma": gamma, "penalty": penalty, "step": step}
            for step in range(stride, self.steps + 1, stride)
            for gamma, penalty in pairs
        ]

    def _fit_settings(self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]) -> Iterator[Batch]:
        wanted: dict[int, list[Settings]] = {}
        for one in settings:
            wanted.setdefault(one["step"], []).append(one)
        problems, pairs = self._problems(X, y, settings, X[:0])
        span = Span(X, X[:0])
        for state in descend(problems, span, rate=self.learning_rate, steps=max(wanted), max_norm=self.max_norm):
            if state.step in wanted:
                chosen = [pairs.index((one["gamma"], one["penalty"])) for one in wanted[state.step]]
                along = np.column_stack([_of(state.along, k, len(pairs)) for k in chosen])
                yield Batch(wanted[state.step], *heads_of(problems, span, along))

    def _by_validation(
        self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]
    ) -> tuple[Batch, float]:
        """As for every chosen head, but the weights are made for the best candidate alone."""
        held, selector = self._selector()
        problems, pairs = self._problems(X, y, settings, held.X)
        span = Span(X, held.X)
        for state in descend(problems, span, rate=self.learning_rate, steps=self.steps, max_norm=self.max_norm):
            found = state.moved[:, :, 0] > 0 if _columns(problems) == 1 else state.moved.argmax(axis=2)
            before = selector.score
            selector.offer(found.T.astype(np.int64), range(len(pairs)))
            if selector.score > before:
                step, along = state.step, _of(state.along, selector.best, len(pairs))
        self.val_predicted_ = selector.predicted
        gamma, penalty = pairs[selector.best]
        best = {"gamma": gamma, "penalty": penalty, "step": step}
        return Batch([best], *heads_of(problems, span, along)), selector.score

    def _problems(
        self, X: FloatArray, y: IntArray, settings: list[Settings], others: FloatArray
    ) -> tuple[Problems, list[tuple[float, float]]]:
        pairs = list(dict.fromkeys((one["gamma"], one["penalty"]) for one in settings))
        base = base_of(self.base, X, y)
        logits = base.logits(X)
        of_gamma = {gamma: doubt_weights(logits, y, gamma) for gamma in dict.fromkeys(gamma for gamma, _ in pairs)}
        weights = np.column_stack([of_gamma[gamma] for gamma, _ in pairs])
        return Problems(X, y, base, weights, np.array([penalty for _, penalty in pairs]), others), pairs


def doubt_weights(logits: FloatArray, y: IntArray, gamma: float) -> FloatArray:
    """Weights (n,) that sum to 1: ``exp(-gamma * probability of the true class)`` over the class's number of rows."""
    sure = shares(logits)[np.arange(len(y)), y]
    raw = np.exp(-gamma * sure) / np.bincount(y)[y]
    return np.asarray(raw / raw.sum())


def _of(along: FloatArray, k: int, n_settings: int) -> FloatArray:
    r = along.shape[1] // n_settings
    return along[:, k * r : (k + 1) * r].copy()


def _columns(problems: Problems) -> int:
    return 1 if problems.start.n_classes == 2 else problems.start.n_classes
