"""NeuronTune: units that speak up where the network is wrong are muted, and the last layer is fitted without them.

No group label is used anywhere, not even to choose.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head, predictions
from hindmost.core.rows import BoolArray, FloatArray, IntArray
from hindmost.heads._base import STAND_IN, base_of, known_base, need_classes
from hindmost.heads._chosen import Held
from hindmost.heads._folds import repeated_folds
from hindmost.heads._linear import LinearHead
from hindmost.heads._scaler import scaler_of
from hindmost.heads._solver import Fit
from hindmost.heads._strata import read_strata

Rule = Literal["every_class", "any_class"]
SAME_ROWS = "no other rows were passed: units were judged on the rows that this head is fitted on"


class NeuronTune(LinearHead):
    """Class-balanced logistic regression on the units that are left when the suspicious ones are muted.

    A unit's score in a class is the median of its activations on rows of that class that the base gets wrong, minus
    the median on those that it gets right. A unit is muted where the score is above ``threshold``.

    Parameters
    ----------
    base : Head or None       whose errors judge the units, for classes 0..c-1; None: a logistic regression of the rows
                              given to ``fit`` stands in
    base_name : str           what the base is, for the record
    identify : Held or None   the rows that units are judged on; None: the rows given to ``fit``
    rule : "every_class" or "any_class"     whether the score must be above the threshold in each class or in one
    threshold : float
    C : float > 0             inverse of the L2 penalty's strength, on standardised features
    max_iter : int            of lbfgs; whether it was reached is recorded
    random_state : int        draws the folds of ``val_predicted_``; the fit itself has no chance in it

    Attributes
    ----------
    muted_ : bool array (d,)          their weights are exactly 0
    scores_ : float array (c, d)      0 in a class without a wrong or without a right row: nothing can be said there

    References
    ----------
    Zheng, Ye, Zhang (2025), NeuronTune: towards self-guided spurious bias mitigation, ICML.
    """

    rows: ClassVar[FittedOn] = "train"
    labels: ClassVar[str] = "class of the train rows and of the validation rows"
    method: ClassVar[str] = "class-balanced logistic regression without units more active where the network is wrong"
    source: ClassVar[str] = "Zheng, Ye, Zhang, ICML 2025 (arXiv:2505.24048)"

    muted_: BoolArray
    scores_: FloatArray

    def __init__(
        self,
        base: Head | None = None,
        base_name: str = "erm",
        identify: Held | None = None,
        rule: Rule = "every_class",
        threshold: float = 0.0,
        C: float = 1.0,
        max_iter: int = 1000,
        random_state: int = 0,
    ) -> None:
        self.base = base
        self.base_name = base_name
        self.identify = identify
        self.rule = rule
        self.threshold = threshold
        self.C = C
        self.max_iter = max_iter
        self.random_state = random_state

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """Units are judged by the network's errors on the validation rows, or by those of the refit."""
        base, name = known_base(context)
        return cls(base=base, base_name=name, identify=Held.of(context.val), random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Judge the units and fit on rows X (n, d) of classes y (n,); strata are checked and not used.

        Raises
        ------
        InputError
            Every unit would be muted.
        """
        if self.rule not in get_args(Rule):
            raise InputError(f"rule must be one of {', '.join(get_args(Rule))}, but {self.rule!r} came.")
        rows, codes = self._read(X, y) if self.base is None else self._read_for(self.base, X, y)
        need_classes(codes, self.classes_)
        read_strata(strata, codes, None, cluster)
        judged = self._judged(rows, codes)
        found = predictions(base_of(self.base, rows, codes).logits(judged.X))
        self.scores_ = unit_scores(judged.X, judged.y, found, len(self.classes_))
        self.muted_ = self._mutes(self.scores_)
        if self.muted_.all():
            raise InputError(
                f"All {len(self.muted_)} units have scores above the threshold {self.threshold}, so none is left to "
                "fit on. Raise the threshold, or mute by every_class."
            )
        fit = self._fit_without(self.muted_, rows, codes)
        self.coef_, self.intercept_, self.n_iter_ = fit.coef, fit.intercept, fit.n_iter
        self.single_coefs_ = None
        self.val_predicted_ = None if self.identify is None else self._nested(judged, found, rows, codes)
        self.selected_ = self._selected(judged.y, found, fit)
        return self

    def _judged(self, X: FloatArray, y: IntArray) -> Held:
        """The rows that units are judged on, their classes as positions."""
        if self.identify is None:
            return Held(X, y, y)
        held = self.identify
        return Held(held.X, np.searchsorted(self.classes_, held.y), held.strata, held.cluster)

    def _mutes(self, scores: FloatArray) -> BoolArray:
        above = scores > self.threshold
        return np.asarray(above.all(axis=0) if self.rule == "every_class" else above.any(axis=0))

    def _fit_without(self, muted: BoolArray, X: FloatArray, y: IntArray) -> Fit:
        kept = ~muted
        scaler = scaler_of(X[:, kept])
        model = LogisticRegression(C=self.C, max_iter=self.max_iter, class_weight="balanced")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # recorded instead
            model.fit(scaler(X[:, kept]), y)
        found, intercept = scaler.fold(model.coef_, np.atleast_1d(model.intercept_))
        coef = np.zeros((len(found), len(kept)))
        coef[:, kept] = found
        n_iter = int(model.n_iter_.max())
        return Fit(coef, intercept, n_iter, n_iter < self.max_iter)

    def _nested(self, judged: Held, found: IntArray, X: FloatArray, y: IntArray) -> IntArray | None:
        """What heads say of the judged rows whose units were judged on the other folds; None where folds fail."""
        said = np.full(len(found), -1, dtype=np.int64)
        try:
            folds = repeated_folds(
                read_strata(None, judged.y, None, judged.cluster), folds=5, repeats=1, seed=self.random_state
            )
        except EmptyStratum:  # a class with one row, or in one cluster
            return None
        for rest, out in folds:
            muted = self._mutes(unit_scores(judged.X[rest], judged.y[rest], found[rest], len(self.classes_)))
            if muted.all():
                return None
            said[out] = self._fit_without(muted, X, y).predict(judged.X[out])
        return said

    def _selected(self, y: IntArray, found: IntArray, fit: Fit) -> dict[str, Any]:
        classes = range(len(self.classes_))
        wrong = [int(((y == k) & (found != k)).sum()) for k in classes]
        right = [int(((y == k) & (found == k)).sum()) for k in classes]
        silent = [str(self.classes_[k]) for k in classes if not wrong[k] or not right[k]]
        departs = [SAME_ROWS] if self.identify is None else []
        departs += [f"class {', '.join(silent)}: only wrong or only right rows, no unit scored"] if silent else []
        return {
            "muted": int(self.muted_.sum()),
            "units": len(self.muted_),
            "muted_in_any_class": int((self.scores_ > self.threshold).any(axis=0).sum()),
            "rule": self.rule,
            "wrong_rows": wrong,
            "right_rows": right,
            "sum_of_scores": float(np.abs(self.scores_).sum()),
            "base": STAND_IN if self.base is None else self.base_name,
            "chosen_on": "nothing: fixed beforehand",
            "C": float(self.C),
            "unconverged_fits": int(not fit.converged),
            **({"departs": "; ".join(departs)} if departs else {}),
        }


def unit_scores(X: FloatArray, y: IntArray, found: IntArray, n_classes: int) -> FloatArray:
    """Median of each unit on wrong minus on right rows of each class, shape (c, d); 0 where either has no rows."""
    scores = np.zeros((n_classes, X.shape[1]))
    for k in range(n_classes):
        wrong, right = X[(y == k) & (found != k)], X[(y == k) & (found == k)]
        if len(wrong) and len(right):
            scores[k] = np.median(wrong, axis=0) - np.median(right, axis=0)
    return scores
