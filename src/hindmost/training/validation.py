"""What the validation rows say of a network during training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.rows import BoolArray, IntArray
from hindmost.training.recipe import Criterion


@dataclass(frozen=True)
class Scores:
    """Accuracies over validation rows and their mean cross-entropy."""

    loss: float
    mean: float
    worst_class: float
    worst_group: float

    def of(self, criterion: Criterion) -> float:
        """The accuracy that a criterion names."""
        return {"mean": self.mean, "worst_class": self.worst_class, "worst_group": self.worst_group}[criterion]


def scores(logits: NDArray[np.float64], y: IntArray, group: IntArray) -> Scores | None:
    """Scores of logits (n, c); None without rows. Classes and groups without rows do not count.

    The loss is the cross-entropy; among epochs of equal accuracy, the one with the lower loss is better.
    """
    if not len(y):
        return None
    right = logits.argmax(axis=1) == y
    return Scores(_cross_entropy(logits, y), float(right.mean()), _worst(right, y), _worst(right, group))


def _worst(right: BoolArray, label: IntArray) -> float:
    n = np.bincount(label)
    correct = np.bincount(label, weights=right)
    return float((correct[n > 0] / n[n > 0]).min())


def _cross_entropy(logits: NDArray[np.float64], y: IntArray) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sum - shifted[np.arange(len(y)), y]).mean())
