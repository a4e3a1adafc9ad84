"""What is to be fitted, checked at birth: rows and classes, and the penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Problem:
    """Rows and classes that every fit of a batch shares.

    Parameters
    ----------
    X : float array (n, d)          finite; standardise it first, the penalty sees the units
    y : int array (n,)              classes 0..n_classes-1
    n_classes : int >= 2            2: one row of weights for class 1; more: softmax, one row per class
    offset : float array (n, r), optional    added to the scores, r = 1 for two classes, else n_classes

    Raises
    ------
    InputError
        Shapes do not fit together, a value is not finite, or a class lies outside its range.
    """

    X: FloatArray
    y: IntArray
    n_classes: int = 2
    offset: FloatArray | None = None

    def __post_init__(self) -> None:
        X = np.ascontiguousarray(self.X, dtype=np.float64)
        y = np.asarray(self.y, dtype=np.int64)
        if X.ndim != 2 or y.shape != (len(X),) or not len(y):
            raise InputError(
                f"X has shape {X.shape} and y {y.shape}; expected (n, d) and (n,). Pass one class for each row."
            )
        if not np.isfinite(X).all():
            raise InputError("X expected finite numbers, but NaN or infinity came. Drop or fill those rows first.")
        if self.n_classes < 2 or y.min() < 0 or y.max() >= self.n_classes:
            raise InputError(
                f"y expected classes in 0..n_classes-1 with n_classes >= 2, but {np.unique(y).tolist()} came with "
                f"n_classes={self.n_classes}. Number the classes from 0."
            )
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)
        if self.offset is not None:
            object.__setattr__(self, "offset", self._checked_offset())

    def _checked_offset(self) -> FloatArray:
        offset = np.asarray(self.offset, dtype=np.float64)
        if offset.shape != (len(self.y), self.n_outputs) or not np.isfinite(offset).all():
            raise InputError(
                f"offset has shape {offset.shape}; expected finite numbers of shape {(len(self.y), self.n_outputs)}. "
                "Pass one score for each row and output."
            )
        return offset

    @property
    def n_outputs(self) -> int:
        """Rows of weights: one for two classes, else one per class."""
        return 1 if self.n_classes == 2 else self.n_classes

    def checked_weights(self, weights: ArrayLike | None) -> FloatArray:
        """Weights of p problems, shape (p, n), none negative and each with some row present.

        Raises
        ------
        InputError
            The last axis is not n, a weight is negative or not finite, or a problem has no rows.
        """
        n = len(self.y)
        given = np.ones((1, n)) if weights is None else np.atleast_2d(np.asarray(weights, dtype=np.float64))
        if given.ndim != 2 or given.shape[1] != n:
            raise InputError(f"weights has shape {given.shape}, X has {n} rows. Pass one weight per row.")
        if not np.isfinite(given).all() or (given < 0).any() or not (given > 0).any(axis=1).all():
            raise InputError("weights must be finite and >= 0 with some row above 0. Leave a row out by weight 0.")
        return given


@dataclass(frozen=True)
class Penalty:
    """``l1_ratio * |w|_1 + (1 - l1_ratio) / 2 * |w|_2^2``, beside ``C * sum_i s_i loss_i``.

    Parameters
    ----------
    l1_ratio : float in [0, 1]      1: lasso, 0: ridge
    intercept : "penalised" or "free"
        penalised: the weight of a constant column, penalised like the others (as liblinear does)

    Raises
    ------
    InputError
        l1_ratio lies outside [0, 1], or intercept is another word.
    """

    l1_ratio: float = 1.0
    intercept: Literal["penalised", "free"] = "penalised"

    def __post_init__(self) -> None:
        if not 0 <= self.l1_ratio <= 1:
            raise InputError(f"l1_ratio expected a number in [0, 1], but {self.l1_ratio!r} came. Pass 1 for L1.")
        if self.intercept not in ("penalised", "free"):
            raise InputError(f"intercept expected 'penalised' or 'free', but {self.intercept!r} came.")

    @property
    def l1(self) -> float:
        return float(self.l1_ratio)

    @property
    def l2(self) -> float:
        return 1.0 - float(self.l1_ratio)

    @property
    def free(self) -> bool:
        return self.intercept == "free"

    def value(self, w: FloatArray) -> float:
        """The penalty of weights w of any shape."""
        return float(self.l1 * np.abs(w).sum() + 0.5 * self.l2 * np.square(w).sum())
