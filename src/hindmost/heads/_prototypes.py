"""One member of a committee: a prototype for each class, and a softmax of distances to them.

Rows and prototypes are compared as directions. The loss has three parts: cross-entropy of sharpened scores, the
squared length of the prototypes, and their similarity to those of members that were fitted earlier.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from hindmost.core.rows import FloatArray, IntArray

_NO_LENGTH = 1e-12  # of a vector that has no direction


@dataclass(frozen=True)
class Member:
    """Prototypes (c, d) and the scale of their distances."""

    prototypes: FloatArray
    scale: float

    def logits(self, V: FloatArray) -> FloatArray:
        """Minus the scaled distance of directions V (n, d) to each prototype's, shape (n, c)."""
        return -abs(self.scale) * distances(V, directions(self.prototypes))


@dataclass(frozen=True)
class Loss:
    """What a member minimises.

    Parameters
    ----------
    sharpness : float > 0       factor of the scores in training (the source: entropic scale)
    length : float >= 0         weight of the mean squared length of the prototypes
    similarity : float >= 0     weight of the similarity to earlier members
    """

    sharpness: float
    length: float
    similarity: float

    def __call__(
        self, member: Member, V: FloatArray, y: IntArray, earlier: FloatArray | None
    ) -> tuple[float, FloatArray, float]:
        """Value, gradient by the prototypes (c, d), and derivative by the scale.

        Parameters
        ----------
        V : float array (n, d)               directions of the rows
        y : int array (n,)                   class positions
        earlier : float array (c, d), None   sum of the prototypes of the m earlier members, over (m + 1)
        """
        P = member.prototypes
        c, d = P.shape
        fit, by_direction, by_scale = self._cross_entropy(member, V, y)
        value, gradient = fit + self.length * float((P**2).sum()) / c, by_direction + 2 * self.length / c * P
        if earlier is not None and self.similarity:
            unit = c * max(d - 1, 1)
            alike = float((P * earlier).sum()) / unit
            value += self.similarity * abs(alike)
            gradient = gradient + self.similarity * np.sign(alike) / unit * earlier
        return value, gradient, by_scale

    def _cross_entropy(self, member: Member, V: FloatArray, y: IntArray) -> tuple[float, FloatArray, float]:
        U = directions(member.prototypes)
        apart = distances(V, U)  # (n, c)
        strength = abs(member.scale)
        scores = -self.sharpness * strength * apart
        truth = np.eye(len(U))[y]
        shares = softmax(scores, axis=1)
        value = -float(np.log((shares * truth).sum(axis=1)).mean())
        pull = self.sharpness * (shares - truth) / len(V)  # by the logits, (n, c)
        step = np.divide(-strength * pull, apart, out=np.zeros_like(apart), where=apart > 0)
        by_direction = step.sum(axis=0)[:, None] * U - step.T @ V
        lengths = np.maximum(np.linalg.norm(member.prototypes, axis=1), _NO_LENGTH)[:, None]
        along = (by_direction * U).sum(axis=1, keepdims=True)
        return value, (by_direction - along * U) / lengths, -float((pull * apart).sum()) * float(np.sign(member.scale))


@dataclass(frozen=True)
class Descent:
    """Gradient descent with momentum over shuffled batches.

    Parameters
    ----------
    rate, momentum : float
    epochs : int
    batch : int      rows a step; rows that do not fill a batch wait for the next epoch, and fewer rows are one batch
    """

    rate: float
    momentum: float
    epochs: int
    batch: int

    def steps(self, n: int) -> int:
        """Steps in one epoch of n rows."""
        return max(1, n // self.batch)


def descend(
    start: Member,
    V: FloatArray,
    y: IntArray,
    *,
    loss: Loss,
    descent: Descent,
    earlier: FloatArray | None,
    rng: np.random.RandomState,
) -> list[Member]:
    """The member after each epoch on directions V (n, d) of class positions y (n,)."""
    P, scale = start.prototypes, start.scale
    speed, speed_of_scale = np.zeros_like(P), 0.0
    after = []
    for _ in range(descent.epochs):
        order = rng.permutation(len(V))
        for k in range(descent.steps(len(V))):
            rows = order[k * descent.batch : (k + 1) * descent.batch]
            _, gradient, by_scale = loss(Member(P, scale), V[rows], y[rows], earlier)
            speed = descent.momentum * speed + gradient
            speed_of_scale = descent.momentum * speed_of_scale + by_scale
            P, scale = P - descent.rate * speed, scale - descent.rate * speed_of_scale
        after.append(Member(P, scale))
    return after


def directions(X: FloatArray) -> FloatArray:
    """Rows of length 1, shape (n, d); a row without length stays zero."""
    return np.asarray(X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), _NO_LENGTH))


def centred_directions(X: FloatArray) -> FloatArray:
    """The same after taking from each row the mean of its features.

    The source also divides each row by its standard deviation, which the length takes out again. What is left
    of a row of equal features is rounding, so it counts as zero.
    """
    rows = X - X.mean(axis=1, keepdims=True)
    rounding = 1e-10 * np.abs(X).max(axis=1, keepdims=True)
    return directions(np.where(np.abs(rows).max(axis=1, keepdims=True) > rounding, rows, 0.0))


def distances(V: FloatArray, U: FloatArray) -> FloatArray:
    """Euclidean distances of V (n, d) to U (c, d), shape (n, c)."""
    squares = (V**2).sum(axis=1)[:, None] + (U**2).sum(axis=1) - 2 * V @ U.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
