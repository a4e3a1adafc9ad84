"""Threshold: the baseline head with its class offsets moved, and nothing else.

The control of an audit: what this head gains needs no new weights, so a treatment that gains no more
has moved a threshold and repaired nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head, predictions
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._linear import LinearHead
from hindmost.heads._offset import best_offset
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head


class Threshold(LinearHead):
    """A group-blind vector of class offsets, c - 1 of them free, that maximises worst-stratum accuracy.

    Binary: exact, over every midpoint between neighbouring score differences; among the best offsets the
    smallest in size, so a baseline that cannot be bettered is left alone. Above two classes: one class at a
    time, each step exact and taken only if it improves, until none does (a local maximum).

    Parameters
    ----------
    base : Head or None       the head whose offsets move, for classes 0..c-1; None: a logistic regression of
                              the rows given to ``fit`` stands in (its logits are then in-sample)
    base_name : str           what the base is, for the record
    n_strata : int or None    ids are 0..n_strata-1; those without rows are ignored and listed

    Attributes
    ----------
    offsets_ : float array, shape (c,)     added to the logits; the first is 0
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows"
    method: ClassVar[str] = "the baseline's weights with class offsets that maximise worst-group accuracy"
    source: ClassVar[str] = "hindmost's control; no new weights are fitted"

    def __init__(self, base: Head | None = None, base_name: str = "erm", n_strata: int | None = None) -> None:
        self.base = base
        self.base_name = base_name
        self.n_strata = n_strata

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The network's head; where it is not known, the refit of the train rows, fitted here."""
        rows = context.train.rows
        if context.baseline is not None:
            return cls(base=context.baseline, base_name="erm", n_strata=rows.n_groups)
        refit = Refit.from_context(context).fit(context.train.X, rows.y, strata=rows.strata)
        return cls(base=to_head(refit), base_name="refit", n_strata=rows.n_groups)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Choose the offsets on rows X (n, d) that the base never saw, of classes y (n,) and strata (n,)."""
        if self.base is None:
            rows, codes = self._read(X, y)
            base = to_head(Refit().fit(rows, codes))
        else:
            base = self.base
            rows, codes = self._read_for(base, X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        logits = base.logits(rows)
        self.offsets_ = _offsets(logits, codes, groups.codes)
        self._set(Head(np.array(base.coef), base.intercept + self.offsets_))
        self.single_coefs_ = None
        self.selected_ = self._selected(logits, codes, groups)
        return self

    def _selected(self, logits: FloatArray, y: IntArray, groups: Strata) -> dict[str, Any]:
        return {
            "offsets": [float(o) for o in self.offsets_],
            "base": "stand-in: logistic regression of the same rows" if self.base is None else self.base_name,
            "chosen_on": f"worst group of the {len(y)} rows it was fitted on",
            "worst_before": worst_accuracy(logits, y, groups.codes),
            "worst_after": worst_accuracy(logits + self.offsets_, y, groups.codes),
            "strata_ignored": list(groups.empty),
            "search": "exact" if logits.shape[1] == 2 else "one class at a time, each exact, to a local maximum",
        }


def worst_accuracy(logits: FloatArray, y: IntArray, strata: IntArray) -> float:
    """Lowest accuracy over the strata 0..k-1, each with rows. logits (n, c), y (n,), strata (n,)."""
    right = predictions(logits) == y
    return float((np.bincount(strata, weights=right) / np.bincount(strata)).min())


def _offsets(logits: FloatArray, y: IntArray, strata: IntArray) -> FloatArray:
    """Offsets (c,) with the first 0: move one class at a time while the worst stratum improves."""
    n_classes = logits.shape[1]
    offsets = np.zeros(n_classes)
    worst = worst_accuracy(logits, y, strata)
    movable = [1] if n_classes == 2 else range(n_classes)
    improved = True
    while improved:
        improved = False
        for k in movable:
            moved = _move(logits + offsets, y, strata, k)
            reached = worst_accuracy(logits + (offsets + moved), y, strata)
            if reached > worst:
                offsets, worst, improved = offsets + moved, reached, True
    return np.asarray(offsets - offsets[0])


def _move(logits: FloatArray, y: IntArray, strata: IntArray, k: int) -> FloatArray:
    """The best change of class k's offset alone, as a vector (c,)."""
    others = logits.copy()
    others[:, k] = -np.inf
    rival = others.argmax(axis=1)
    need = others.max(axis=1) - logits[:, k]
    change = np.zeros(logits.shape[1])
    change[k] = best_offset(need, y == k, y == rival, strata).offset
    return change
