"""A last layer on raw features, any scaler folded in, and what any fitted head can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hindmost.core.blocks import by_blocks
from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray, IntArray


class Predictor(Protocol):
    """What tables need of a fitted head, linear or not."""

    @property
    def n_classes(self) -> int: ...

    def logits(self, X: NDArray[np.floating]) -> FloatArray:
        """Logits of rows X (n, d) in float64, shape (n, c)."""
        ...

    def predict(self, X: NDArray[np.floating]) -> IntArray:
        """Class ids, shape (n,); ties go to the lower id."""
        ...


@dataclass(frozen=True)
class Head:
    """Linear map from raw features to logits: ``X @ coef.T + intercept``.

    Parameters
    ----------
    coef : float array, shape (c, d), c >= 2
    intercept : float array, shape (c,)

    Raises
    ------
    InputError
        Shapes do not fit, or a value is not finite.
    """

    coef: FloatArray
    intercept: FloatArray

    def __post_init__(self) -> None:
        if self.coef.ndim != 2 or self.coef.shape[0] < 2 or self.intercept.shape != (self.coef.shape[0],):
            raise InputError(
                f"A head needs coef (c, d) and intercept (c,) with c >= 2, but {self.coef.shape} and "
                f"{self.intercept.shape} came. Turn one binary row w into [-w/2, w/2] with Head.from_binary."
            )
        if not (np.isfinite(self.coef).all() and np.isfinite(self.intercept).all()):
            raise InputError("A head holds NaN or infinite weights. Fit it again or check the checkpoint.")
        self.coef.flags.writeable = False
        self.intercept.flags.writeable = False

    @classmethod
    def from_binary(cls, coef: NDArray[np.floating], intercept: NDArray[np.floating]) -> Head:
        """The two-row head of one binary row ``w``: ``[-w/2, w/2]``, which keeps every margin."""
        w = np.asarray(coef, dtype=np.float64).reshape(1, -1)
        b = np.asarray(intercept, dtype=np.float64).reshape(1)
        return cls(np.concatenate([-w / 2, w / 2]), np.concatenate([-b / 2, b / 2]))

    @property
    def n_classes(self) -> int:
        return len(self.intercept)

    def logits(self, X: NDArray[np.floating]) -> FloatArray:
        """Logits in float64, shape (n, c)."""
        if X.ndim != 2 or X.shape[1] != self.coef.shape[1]:
            raise InputError(
                f"X has shape {X.shape}, the head reads {self.coef.shape[1]} features. "
                "Pass features of the same backbone."
            )
        return by_blocks(lambda part: np.asarray(part, dtype=np.float64) @ self.coef.T + self.intercept, X)

    def predict(self, X: NDArray[np.floating]) -> IntArray:
        """Class ids, shape (n,); ties go to the lower id."""
        return predictions(self.logits(X))

    def margin_weights(self, y: int = 1, rival: int = 0) -> FloatArray:
        """Weights of the margin of class ``y`` over ``rival``, shape (d,)."""
        return np.asarray(self.coef[y] - self.coef[rival])


def predictions(logits: FloatArray) -> IntArray:
    """Class of the largest logit, shape (n,).

    Binary logits are compared as one difference, so that a head in scikit-learn's form (score > 0)
    and its two-row form agree on every row.
    """
    if logits.shape[1] == 2:
        return np.asarray(logits[:, 1] - logits[:, 0] > 0, dtype=np.int64)
    return np.asarray(logits.argmax(axis=1), dtype=np.int64)


def runner_up(logits: FloatArray, y: IntArray) -> IntArray:
    """The strongest class other than the true one, shape (n,): the rival that the baseline freezes."""
    others = np.array(logits, dtype=np.float64)
    others[np.arange(len(y)), y] = -np.inf
    return np.asarray(others.argmax(axis=1), dtype=np.int64)


def margins(logits: FloatArray, y: IntArray, rival: IntArray) -> FloatArray:
    """Logit of the true class minus the rival's, shape (n,)."""
    rows = np.arange(len(y))
    return np.asarray(logits[rows, y] - logits[rows, rival])
