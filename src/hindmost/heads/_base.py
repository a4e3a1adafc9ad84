"""The head that a method starts from: the network's own, or what stands in for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head

STAND_IN = "stand-in: logistic regression of the same rows"
NOT_HELD_OUT = "no rows were held out: the network was trained on the rows that this head is fitted on"


def known_base(context: FitContext) -> tuple[Head, str]:
    """The network's head and ``erm``; where it is not known, the refit of the train rows and ``refit``."""
    if context.baseline is not None:
        return context.baseline, "erm"
    rows = context.train.rows
    return to_head(Refit.from_context(context).fit(context.train.X, rows.y, strata=rows.strata)), "refit"


def base_of(base: Head | None, X: FloatArray, y: IntArray) -> Head:
    """The base that was passed, or a logistic regression of the rows X (n, d) of class positions y (n,)."""
    return to_head(Refit().fit(X, y)) if base is None else base


def need_classes(y: IntArray, classes: NDArray[Any]) -> None:
    """Raise InputError where a class has no rows: its rows are to weigh as much as those of any other."""
    absent = [str(classes[k]) for k in range(len(classes)) if not (y == k).any()]
    if absent:
        raise InputError(
            f"Expected rows of every class of the head, but class {', '.join(absent)} has none. "
            "Pass rows of every class, or a head of the classes that occur."
        )


def shares(logits: FloatArray) -> FloatArray:
    """Softmax of logits, shape (n, c), without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
