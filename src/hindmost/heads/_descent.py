"""Full-batch gradient descent of many heads at once, carried out in the span of the rows.

Every step adds a combination of the rows to the weights, so a head is its start plus ``[X, 1].T @ a``. What is kept
is ``a`` and the scores; one product a step moves all heads and the scores of rows that only judge. The numbers are
those of descent on the weights, up to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray


class Span:
    """What moving the weights along rows X (n, d) does to the scores of these rows and of others (m, d)."""

    def __init__(self, X: FloatArray, others: FloatArray) -> None:
        n, both = len(X), len(X) + len(others)
        self._all = np.column_stack([np.vstack([X, others]), np.ones(both)])
        self._rows = self._all[:n]
        few = n * both <= self._rows.shape[1] * (n + both)  # then the table of inner products is the cheaper way
        self._inner = self._all @ self._rows.T if few else None

    def scores(self, along: FloatArray) -> FloatArray:
        """Change of the scores, shape (n + m, q), for combinations of the n rows, shape (n, q)."""
        if self._inner is not None:
            return np.asarray(self._inner @ along)
        return np.asarray(self._all @ self.weights(along))

    def weights(self, along: FloatArray) -> FloatArray:
        """The change of weights and, last, of the intercept, shape (d + 1, q)."""
        return np.asarray(self._rows.T @ along)


@dataclass(frozen=True)
class Problems:
    """k weighted problems over the same rows, each pulled back to the head that it starts from.

    Problem j minimises ``sum_i weights[i, j] * cross_entropy_i + penalties[j] * |head - start|^2``, where the
    intercepts count as weights.

    Parameters
    ----------
    X : float array (n, d)
    y : int array (n,)              class positions
    start : Head
    weights : float array (n, k)
    penalties : float array (k,)
    others : float array (m, d)     rows whose scores are wanted along the way
    """

    X: FloatArray
    y: IntArray
    start: Head
    weights: FloatArray
    penalties: FloatArray
    others: FloatArray


@dataclass(frozen=True)
class State:
    """Where the heads are after a step. The arrays are overwritten by the next step: copy what is kept.

    Parameters
    ----------
    step : int                          steps done
    along : float array (n, k * r)      combination of the rows that each head has moved by; r = 1 if binary, else c
    moved : float array (m, k, r)       scores of the other rows; binary: second class minus first
    """

    step: int
    along: FloatArray
    moved: FloatArray


def descend(problems: Problems, span: Span, *, rate: float, steps: int, max_norm: float) -> Iterator[State]:
    """Plain gradient steps, all heads at once; a gradient longer than ``max_norm`` is cut to that length.

    Binary heads move by ``[-v, v]``: the gradients of the two rows are opposite, so one row is kept. Margins then
    move by twice, and the squared length of the gradient is twice, that of ``v``.
    """
    n, k = problems.weights.shape
    start = _start(problems)  # (n + m, 1, r)
    r = start.shape[2]
    both = 2.0 if r == 1 else 1.0
    weights, pull = problems.weights[:, :, None], 2 * np.repeat(problems.penalties, r)
    along, moved = np.zeros((n, k * r)), np.zeros((len(start), k * r))
    for step in range(1, steps + 1):
        scores = both * moved[:n].reshape(n, k, r)
        scores += start[:n]
        gradient = _residuals(scores, problems.y)
        gradient *= weights
        gradient = gradient.reshape(n, k * r)
        gradient += pull * along
        change = span.scores(gradient)
        squared = both * np.einsum("nq,nq->q", gradient, change[:n]).reshape(k, r).sum(axis=1)
        length = np.sqrt(np.maximum(squared, 0.0))
        size = np.repeat(rate * np.minimum(1.0, max_norm / (length + 1e-6)), r)
        gradient *= size
        change *= size
        along -= gradient
        moved -= change
        yield State(step, along, start[n:] + both * moved[n:].reshape(-1, k, r))


def heads_of(problems: Problems, span: Span, along: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weights (k, 1 or c, d) and intercepts (k, 1 or c) of combinations (n, k * r), in scikit-learn's form."""
    moved = span.weights(along)  # (d + 1, k * r)
    start = np.column_stack([problems.start.coef, problems.start.intercept])
    if len(start) == 2:
        rows = (start[1] - start[0] + 2 * moved.T)[:, None]  # (k, 1, d + 1)
    else:
        rows = start + moved.T.reshape(-1, len(start), len(moved))
    return rows[:, :, :-1], rows[:, :, -1]


def _start(problems: Problems) -> FloatArray:
    logits = problems.start.logits(np.vstack([problems.X, problems.others]))
    scores = logits[:, 1:] - logits[:, :1] if logits.shape[1] == 2 else logits
    return np.asarray(scores[:, None, :])


def _residuals(scores: FloatArray, y: IntArray) -> FloatArray:
    """Derivative of each row's cross-entropy by the scores (n, k, r), which may be overwritten; r = 1: by logit 1."""
    if scores.shape[2] == 1:
        expit(scores, out=scores)
        scores -= y[:, None, None]
        return scores
    found = softmax(scores, axis=2)
    found[np.arange(len(y)), :, y] -= 1
    return np.asarray(found)
