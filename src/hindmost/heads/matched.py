"""Matched: the baseline head with class offsets that reproduce another head's predicted class rates, nothing else.

If this already gives the other head's group accuracies, that head moved a threshold.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from hindmost.core.errors import EmptyStratum
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._estimator import HeadEstimator
from hindmost.heads._linear import LinearHead
from hindmost.heads._rates import counts_of, offsets_for
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads.crossfit import out_of_fold
from hindmost.heads.dfr import DFR
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head


class Matched(LinearHead):
    """The baseline's weights; offsets move until it predicts each class as often as the target head does.

    The target's rates are those of its out-of-fold predictions of the rows given to ``fit``.

    Parameters
    ----------
    base : Head or None               the head whose offsets move, for classes 0..c-1; None: a logistic regression of
                                      the rows given to ``fit`` stands in (its logits are then in-sample)
    base_name : str                   what the base is, for the record
    target : HeadEstimator or None    the head whose rates are wanted, not changed; None: ``DFR`` as published
    target_name : str                 what the target is, for the record
    n_strata : int or None            strata 0..n_strata-1 must all have rows; None: those that occur
    random_state : int                draws the folds

    Attributes
    ----------
    offsets_ : float array, shape (c,)     added to the logits; the first is 0
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows, for the target; none for the offsets"
    method: ClassVar[str] = "the baseline's weights with class offsets that reproduce the class rates of dfr"
    source: ClassVar[str] = "hindmost's control; no new weights are fitted"

    def __init__(
        self,
        base: Head | None = None,
        base_name: str = "erm",
        target: HeadEstimator | None = None,
        target_name: str = "dfr",
        n_strata: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.base = base
        self.base_name = base_name
        self.target = target
        self.target_name = target_name
        self.n_strata = n_strata
        self.random_state = random_state

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The network's head, or the refit of the train rows where it is not known; the target as the audit fits it."""
        base, name = context.baseline, "erm"
        if base is None:
            rows = context.train.rows
            base, name = to_head(Refit.from_context(context).fit(context.train.X, rows.y, strata=rows.strata)), "refit"
        target = DFR.from_context(context)
        return cls(base, name, target, n_strata=context.n_strata, random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Match on rows X (n, d) that the base never saw, of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            The target cannot predict every row out of fold.
        """
        if self.base is None:
            rows, codes = self._read(X, y)
            base = to_head(Refit().fit(rows, codes))
        else:
            base = self.base
            rows, codes = self._read_for(base, X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        logits = base.logits(rows)
        wanted = self._wanted(rows, codes, groups)
        self.offsets_ = offsets_for(logits, wanted)
        self._set(Head(np.array(base.coef), base.intercept + self.offsets_))
        self.single_coefs_ = None
        self.selected_ = self._selected(logits, wanted)
        return self

    def _wanted(self, X: FloatArray, y: IntArray, groups: Strata) -> IntArray:
        """How often the target predicts each class, out of fold."""
        target = DFR(n_strata=self.n_strata) if self.target is None else clone(self.target)
        strata = groups.ids[groups.codes]
        predicted, reason = out_of_fold(target, X, y, strata, cluster=groups.cluster, seed=self.random_state)
        if reason is not None:
            raise EmptyStratum(f"{self.target_name} must predict every row out of fold, but: {reason}.")
        return np.asarray(np.bincount(predicted, minlength=len(self.classes_)))

    def _selected(self, logits: FloatArray, wanted: IntArray) -> dict[str, Any]:
        n = len(logits)
        reached = counts_of(logits + self.offsets_)
        return {
            "offsets": [float(o) for o in self.offsets_],
            "base": "stand-in: logistic regression of the same rows" if self.base is None else self.base_name,
            "target": self.target_name,
            "chosen_on": f"out-of-fold class rates of {self.target_name} on the {n} rows it was fitted on",
            "rates_before": [float(r) for r in counts_of(logits) / n],
            "rates_wanted": [float(r) for r in wanted / n],
            "rates_reached": [float(r) for r in reached / n],
            "rows_missed": int(np.abs(reached - wanted).sum() // 2),
            "seed": int(self.random_state),
        }
