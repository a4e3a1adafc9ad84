"""Choosing among candidates by rows that they were not fitted on, and the honest estimate of the chosen one.

How a setting is chosen is part of a method's name: by the worst group (needs group labels), by the worst
class, or by the mean. A candidate that is offered earlier wins a tie, so heads offer the plainest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._folds import repeated_folds
from hindmost.heads._strata import Strata, read_strata

Criterion = Literal["worst_group", "worst_class", "mean"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
LABELS: dict[Criterion, str] = {
    "worst_group": "class and group",
    "worst_class": "class",
    "mean": "class",
}


def check_criterion(criterion: str) -> None:
    """Raise InputError where a criterion is not one of ``CRITERIA``."""
    if criterion not in CRITERIA:
        raise InputError(f"select must be one of {', '.join(CRITERIA)}, but {criterion!r} came.")


class Selector:
    """The best of all candidates that were offered, and what an honest choice would have said of each row.

    The estimate is nested: for each fold, the choice is made on the other folds alone and its predictions of
    this fold are kept. Memory does not grow with the number of candidates.

    Parameters
    ----------
    y : int array (n,)          class positions of the rows that choose
    groups : Strata of n rows
    criterion : "worst_group", "worst_class" or "mean"
    seed : int                  draws the folds
    folds : int                 at most so many

    Attributes
    ----------
    best : object or None       the payload of the best candidate
    score : float in [0, 1]     its score on all rows: the winner of many, so too high as an estimate
    predicted : int array (n,)  the nested predictions

    Raises
    ------
    EmptyStratum
        A stratum of the criterion has fewer than two rows (or clusters).
    """

    def __init__(self, y: IntArray, groups: Strata, criterion: Criterion, *, seed: int, folds: int = 5) -> None:
        check_criterion(criterion)
        self._y = y
        judged = groups if criterion == "worst_group" else read_strata(None, y, None, groups.cluster)
        parts = repeated_folds(judged, folds=folds, repeats=1, seed=seed)
        self._parts = [(rest, judged.take(rest), held_out) for rest, held_out in parts]
        self._fold_scores = np.full(len(parts), -np.inf)
        self._criterion, self._judged = criterion, judged
        self.best: Any = None
        self.score = -np.inf
        self.predicted = np.full(len(y), -1, dtype=np.int64)

    def offer(self, predicted: IntArray, payloads: Sequence[Any]) -> None:
        """Take candidates: their predictions (k, n) of the rows, and what to keep of each."""
        right = predicted == self._y  # (k, n)
        scores = scores_of(right, self._judged, self._criterion)
        first = int(scores.argmax())
        if scores[first] > self.score:
            self.best, self.score = payloads[first], float(scores[first])
        for k, (rest, strata, held) in enumerate(self._parts):
            outside = scores_of(right[:, rest], strata, self._criterion)
            first = int(outside.argmax())
            if outside[first] > self._fold_scores[k]:
                self._fold_scores[k] = outside[first]
                self.predicted[held] = predicted[first, held]


def scores_of(right: np.ndarray, judged: Strata, criterion: Criterion) -> FloatArray:
    """Mean, or lowest accuracy over the strata, of each candidate, shape (k,). right : bool array (k, n)."""
    if criterion == "mean":
        return np.asarray(right.mean(axis=1))
    one_hot = judged.codes[:, None] == np.arange(len(judged.ids))  # (n, s)
    shares = right.astype(np.float32) @ one_hot.astype(np.float32)  # whole numbers below 2 ** 24 are exact
    return np.asarray((shares.astype(np.float64) / one_hot.sum(axis=0)).min(axis=1))
