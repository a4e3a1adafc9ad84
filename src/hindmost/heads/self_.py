"""SELF: selective last-layer fine-tuning.

The head is fine-tuned on the few rows where the network disagrees most with a weaker version of itself: the network
early in its training, or itself under dropout. Rare groups are more common among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._base import NOT_HELD_OUT, STAND_IN, base_of, known_base, need_classes, shares
from hindmost.heads._chosen import Batch, ChosenHead, Held, Settings
from hindmost.heads._minibatch import batch_of, class_balanced, mean_gradients, weights_of, with_ones
from hindmost.heads._select import Criterion
from hindmost.heads._strata import Strata

NO_EARLY = "no early network is known: disagreement of the head with itself under dropout, the published variant"
BATCH_SIZE = 32
WEIGHT_DECAY = 1e-4


class SelectiveFineTuning(ChosenHead):
    """Class-balanced gradient steps from a base head on the rows of strongest disagreement.

    Parameters
    ----------
    base : Head or None            the head that is fine-tuned, for classes 0..c-1; None: a logistic regression of the
                                   rows given to ``fit`` stands in
    base_name : str                what the base is, for the record
    early : float array (n, c) or None    logits of the early network for the n rows given to ``fit``; None: the base
                                   under dropout takes its place
    sizes : sequence of int >= 1   numbers of rows to fine-tune on; those above n are left out
    rates : sequence of float > 0  learning rates
    dropouts : sequence of float in (0, 1)    shares of features dropped; used without ``early``
    steps : int >= 1               gradient steps, each on 32 rows
    select, validation, n_strata, random_state : see ``ChosenHead``
    held_out : bool                False: the base was trained on the rows given to ``fit``; only recorded

    References
    ----------
    LaBonte, Muthukumar, Kumar (2023), Towards last-layer retraining for group robustness with fewer annotations,
    NeurIPS; their code.
    """

    rows: ClassVar[FittedOn] = "held_out"
    labels: ClassVar[str] = "class of some held-out train rows; class and group of the validation rows, to choose"
    method: ClassVar[str] = (
        "class-balanced fine-tuning of the network's head where it disagrees most with a weaker version"
    )
    source: ClassVar[str] = "LaBonte, Muthukumar, Kumar, NeurIPS 2023 (arXiv:2309.08534)"
    needs_groups: ClassVar[bool] = False

    def __init__(
        self,
        base: Head | None = None,
        base_name: str = "erm",
        early: ArrayLike | None = None,
        sizes: Sequence[int] = (20, 100, 500),
        rates: Sequence[float] = (1e-4, 1e-3, 1e-2),
        dropouts: Sequence[float] = (0.5, 0.7, 0.9),
        steps: int = 250,
        select: Criterion = "worst_group",
        validation: Held | None = None,
        held_out: bool = True,
        n_strata: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.base = base
        self.base_name = base_name
        self.early = early
        self.sizes = sizes
        self.rates = rates
        self.dropouts = dropouts
        self.steps = steps
        self.select = select
        self.validation = validation
        self.held_out = held_out
        self.n_strata = n_strata
        self.random_state = random_state

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """From the network's head, or the refit of the train rows, and the early logits of the rows to fit on."""
        base, name = known_base(context)
        return cls(
            base=base,
            base_name=name,
            early=context.fitted_on(cls.rows).early,
            validation=Held.of(context.val),
            held_out=context.held_out is not None,
            n_strata=context.n_strata,
            random_state=context.seed,
        )

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Fine-tune on some of the rows X (n, d) of classes y (n,); strata serve only to choose without validation."""
        rows, codes = self._read(X, y) if self.base is None else self._read_for(self.base, X, y)
        need_classes(codes, self.classes_)
        self._check_settings()
        self._sizes = [int(size) for size in self.sizes if size <= len(codes)] or [len(codes)]
        self._fit_chosen(np.hstack([rows, self._early_of(rows)]), codes, strata, cluster)
        departs = [] if self.held_out else [NOT_HELD_OUT]
        departs += [NO_EARLY] if self.early is None else []
        self.selected_ |= {
            "base": STAND_IN if self.base is None else self.base_name,
            "disagreement": "dropout" if self.early is None else "early network",
            "sizes_left_out": [int(size) for size in self.sizes if size > len(codes)],
            **({"departs": "; ".join(departs)} if departs else {}),
        }
        return self

    def _check_settings(self) -> None:
        in_range = min(self.sizes, default=0) >= 1 and self.steps >= 1 and len(self.rates)
        if not in_range or not all(0 < share < 1 for share in self.dropouts) or not len(self.dropouts):
            raise InputError(
                "SelectiveFineTuning expected sizes and steps >= 1, rates, and dropouts between 0 and 1, but "
                f"{self.sizes!r}, {self.steps}, {self.rates!r} and {self.dropouts!r} came. Leave them out for the "
                "published ones."
            )

    def _early_of(self, rows: FloatArray) -> FloatArray:
        """The early logits as columns beside the rows, so that folds cut both; no column where there are none."""
        if self.early is None:
            return np.empty((len(rows), 0))
        early = np.asarray(self.early, dtype=np.float64)
        if early.shape != (len(rows), len(self.classes_)):
            raise InputError(
                f"early has shape {early.shape}, expected ({len(rows)}, {len(self.classes_)}): one logit per class of "
                "each row given to fit. Pass the early logits of the same rows."
            )
        return early

    def _settings(self) -> list[Settings]:
        """Largest first: of equal scores the script keeps the last, and it begins with the smallest."""
        variants = [{}] if self.early is not None else [{"dropout": float(share)} for share in reversed(self.dropouts)]
        return [
            {"size": size, **variant, "rate": float(rate)}
            for size in reversed(self._sizes)
            for variant in variants
            for rate in reversed(self.rates)
        ]

    def _fit_settings(self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]) -> Iterator[Batch]:
        d = self.n_features_in_
        features, early = X[:, :d], X[:, d:]
        base = base_of(self.base, features, y)
        for (size, dropout), same in groupby(settings, lambda one: (one["size"], one.get("dropout"))):
            rng = np.random.default_rng([self.random_state, size])
            weaker = early if dropout is None else _under_dropout(base, features, dropout, rng)
            apart = disagreement(weaker, base.logits(features))
            rows = np.argsort(-apart, kind="stable")[:size]
            alike = list(same)
            tuned = self._tune(base, features[rows], y[rows], [one["rate"] for one in alike], rng)
            fits = batch_of(tuned, alike)
            yield _OnFeatures(fits.settings, fits.coef, fits.intercept)

    def _tune(self, base: Head, X: FloatArray, y: IntArray, rates: list[float], rng: np.random.Generator) -> FloatArray:
        """Heads (k, c, d + 1) after all steps, one for each rate, on the same batches."""
        heads = np.repeat(weights_of(base)[None], len(rates), axis=0)
        Z, rate = with_ones(X), np.array(rates)[:, None, None]
        for drawn in islice(class_balanced(y, BATCH_SIZE, rng), self.steps):
            heads -= rate * (mean_gradients(heads, Z[drawn], y[drawn]) + WEIGHT_DECAY * heads)
        return heads


class _OnFeatures(Batch):
    """Fits that look at the features only, where early logits stand beside them."""

    def predict(self, X: FloatArray) -> IntArray:
        return super().predict(X[:, : self.coef.shape[2]])


def disagreement(weaker: FloatArray, full: FloatArray) -> FloatArray:
    """Divergence of the full network's probabilities from the weaker one's, KL(weaker | full), from logits; (n,)."""
    p = shares(weaker)
    logs = weaker - full + (_norm(full) - _norm(weaker))
    return np.asarray((p * logs).sum(axis=1))


def _norm(logits: FloatArray) -> FloatArray:
    return np.logaddexp.reduce(logits, axis=1)[:, None]


def _under_dropout(base: Head, X: FloatArray, share: float, rng: np.random.Generator) -> FloatArray:
    """Logits with each feature of each row dropped with this probability, the others grown to make up for it."""
    return base.logits(X * (rng.random(X.shape) >= share) / (1 - share))
