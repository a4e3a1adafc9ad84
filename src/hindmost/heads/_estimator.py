"""What every head shares: how it is built from an audit, what it says of itself, and its predictions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray


class HeadEstimator(ClassifierMixin, BaseEstimator, ABC):
    """A classifier on pooled features in scikit-learn's form.

    Attributes
    ----------
    classes_ : array, shape (c,)
    selected_ : dict                       plain values: what was chosen, and on what
    val_predicted_ : int array (n_val,) or None
        class positions of the validation rows, each said without that row's label having been used; None
        where the head has no validation rows of its own to say it for (see ``heads.crossfit``)

    Class attributes
    ----------------
    rows : "train", "held_out", "val" or "none"     the rows that it is fitted on
    labels : str                           the labels that it needs of them
    method : str                           what it does, in one line
    source : str                           where it was published
    """

    rows: ClassVar[FittedOn]
    labels: ClassVar[str]
    method: ClassVar[str]
    source: ClassVar[str]

    classes_: NDArray[Any]
    n_features_in_: int
    selected_: dict[str, Any]
    val_predicted_: IntArray | None = None

    @classmethod
    @abstractmethod
    def from_context(cls, context: FitContext) -> Self:
        """The estimator as an audit uses it, not fitted yet."""

    @abstractmethod
    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Fit on rows X (n, d) of classes y (n,).

        Parameters
        ----------
        strata : int array (n,) or None      group ids; None means strata = y
        cluster : int array (n,) or None     rows of one id never lie on both sides of a choice; None: independent
        """

    @abstractmethod
    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Scores, shape (n,) if binary (positive: the second class), else (n, c)."""

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Class labels, shape (n,); ties go to the class that comes first."""
        scores = self.decision_function(X)
        index = (scores > 0).astype(np.int64) if scores.ndim == 1 else scores.argmax(axis=1)
        return np.asarray(self.classes_[index])

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Softmax of the scores, shape (n, c), for one-vs-rest heads too: the scores are read as logits."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([expit(-scores), expit(scores)])
        return np.asarray(softmax(scores, axis=1))

    def _read(self, X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, IntArray]:
        """Check X and y, set ``classes_``, and give the rows (n, d) and class positions (n,)."""
        rows, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} expected rows of at least two classes, but one class came: "
                f"{self.classes_[0]!r}. Pass rows of every class."
            )
        return rows, codes.astype(np.int64)

    def _read_for(self, base: Head, X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, IntArray]:
        """Check X and y against a head whose classes are 0..c-1; rows of some classes may be absent."""
        rows, labels = validate_data(self, X, y, dtype=np.float64)
        self.classes_ = np.arange(base.n_classes)
        if rows.shape[1] != base.coef.shape[1]:
            raise InputError(
                f"X has {rows.shape[1]} features, the head reads {base.coef.shape[1]}. "
                "Pass features of the network that the head belongs to."
            )
        if not np.isin(labels, self.classes_).all():
            raise InputError(
                f"y must lie in 0..{base.n_classes - 1}, the classes of the head, but {np.unique(labels).tolist()} "
                "came. Number the classes as the network does."
            )
        return rows, labels.astype(np.int64)
