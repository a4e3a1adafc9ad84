"""Small random batches, and the gradients of many heads on one batch at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import softmax

from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._chosen import Batch, Settings


def with_ones(X: FloatArray) -> FloatArray:
    """Rows (n, d + 1) whose last feature is 1, so that the last weight is the intercept."""
    return np.column_stack([X, np.ones(len(X))])


def weights_of(head: Head) -> FloatArray:
    """The weights of a head with its intercepts as last column, shape (c, d + 1)."""
    return np.column_stack([head.coef, head.intercept])


def mean_gradients(heads: FloatArray, Z: FloatArray, y: IntArray) -> FloatArray:
    """Gradient of the mean cross-entropy of rows Z (b, d + 1) for each of k heads, shape (k, c, d + 1)."""
    k, c, d = heads.shape
    residuals = softmax((Z @ heads.reshape(k * c, d).T).reshape(len(y), k, c), axis=2)
    residuals[np.arange(len(y)), :, y] -= 1
    return np.asarray((residuals.reshape(len(y), k * c).T @ Z).reshape(k, c, d) / len(y))


def batch_of(heads: FloatArray, settings: Sequence[Settings]) -> Batch:
    """A copy of k heads (k, c, d + 1) in scikit-learn's form, with the settings that made them."""
    rows = heads[:, 1:] - heads[:, :1] if heads.shape[1] == 2 else heads.copy()
    return Batch(settings, rows[:, :, :-1], rows[:, :, -1])


def shuffled(n: int, size: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """One pass over n rows in random order, ``size`` at a time; the last batch may be smaller."""
    order = rng.permutation(n)
    yield from (order[at : at + size] for at in range(0, n, size))


def class_balanced(y: IntArray, size: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """Passes without end over len(y) draws with replacement, each class that occurs being as likely as any other."""
    one_over = 1.0 / np.maximum(np.bincount(y), 1)[y]
    while True:
        drawn = rng.choice(len(y), size=len(y), p=one_over / one_over.sum())
        yield from (drawn[at : at + size] for at in range(0, len(y), size))
