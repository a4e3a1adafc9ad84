"""Gaussian features with set core, cue, entanglement and surroundings, and what is true of any linear head on them.

    x = core * y u + cue * a v + surroundings * s r + e

y, a in {-1, 1}; u, v, r unit directions; r stands upright on both; s and e standard normal. A swap turns a round and
draws s again, a control draws s again alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from _verdict_truth import Truth
from _verdict_world import PER_GROUP
from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray, Naming, Rows
from hindmost.pipeline._reliance import Twins

NAMING = Naming(("y0", "y1"), ("a0", "a1"), ("a",))
NODES = np.linspace(-8.0, 8.0, 1601)  # of a standard normal; a step of 0.01
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
Y, A = np.repeat([-1.0, 1.0], 2), np.tile([-1.0, 1.0], 2)  # of the four groups
HOW = "drawn"


@dataclass(frozen=True)
class Gaussian:
    """One population, and how many rows of each group are seen.

    Parameters
    ----------
    core, cue : float           distance of a class, and of a cue value, from the middle, in standard deviations
    entangled : float in [0, 1) cosine of the angle between the two directions
    surroundings : float        spread of what a swap and a control draw again
    train, val, test : tuple of int, length 4
    d : int                     features
    """

    core: float
    cue: float
    entangled: float = 0.0
    surroundings: float = 0.5
    train: tuple[int, ...] = (475, 25, 25, 475)
    val: tuple[int, ...] = (60, 60, 60, 60)
    test: tuple[int, ...] = (300, 300, 300, 300)
    d: int = 10

    def directions(self) -> FloatArray:
        """u, v and r, shape (3, d): all entries of a rotation by thirds, so that no feature is a signal alone."""
        basis = np.linalg.qr(np.random.default_rng(0).normal(size=(self.d, 3)))[0].T
        v = self.entangled * basis[0] + np.sqrt(1 - self.entangled**2) * basis[1]
        return np.stack([basis[0], v, basis[2]])

    def draw(self, rng: np.random.Generator) -> tuple[Features, Twins]:
        """Rows of all three splits, and twins of up to 200 test rows of each group."""
        counts = [*self.train, *self.val, *self.test]
        group = np.repeat(np.tile(np.arange(4), 3), counts)
        split = np.repeat(np.repeat(np.arange(3), 4), counts)
        e, s = rng.normal(size=(len(group), self.d)), rng.normal(size=len(group))
        X = self._rows(group, A[group], e, s)
        ids = np.arange(len(group)).astype(np.str_)
        features = Features(Rows(ids, group // 2, group % 2, split, NAMING), X.astype(np.float32))
        starts = sum(self.train) + sum(self.val) + np.concatenate([[0], np.cumsum(self.test)[:-1]])
        chosen = np.concatenate([at + np.arange(min(n, PER_GROUP)) for at, n in zip(starts, self.test)])
        own = group[chosen]
        swapped = self._rows(own, -A[own], e[chosen], rng.normal(size=len(own)))
        control = self._rows(own, A[own], e[chosen], rng.normal(size=len(own)))
        return features, Twins(chosen, 1 - own % 2, swapped.astype(np.float32), control.astype(np.float32), HOW)

    def _rows(self, group: IntArray, a: FloatArray, e: FloatArray, s: FloatArray) -> FloatArray:
        u, v, r = self.directions()
        signal = np.outer(self.core * Y[group], u) + np.outer(self.cue * a, v)
        return np.asarray(signal + np.outer(self.surroundings * s, r) + e)

    def truth(self, before: Head, after: Head) -> Truth:
        """Population values of two fitted heads; flips by quadrature over e, given which the twins are independent."""
        first, then = self.accuracy(before), self.accuracy(after)
        by_class = first.reshape(2, 2)
        return Truth(
            worst=float(then.min()),
            loss=float((first - then).max()),
            reliance=self._reliance(after),
            change=float(then.min() - first.min()),
            gap=float((by_class.max(axis=1) - by_class.min(axis=1)).max()),
            reliance_before=self._reliance(before),
        )

    def best(self) -> float:
        """The highest worst-group accuracy of any linear head: no number of labels could do more."""
        angle = np.linspace(-np.pi / 2, np.pi / 2, 20_001)
        u, v = self.directions()[:2]
        across = v - (v @ u) * u
        across = across / max(np.linalg.norm(across), 1e-12)
        w = np.outer(np.cos(angle), u) + np.outer(np.sin(angle), across)  # (angles, d), unit length
        return float(ndtr(self.core * w @ u - self.cue * np.abs(w @ v)).max())

    def _parts(self, head: Head) -> tuple[FloatArray, FloatArray, float, float]:
        """Mean margin of class 1 in each group and in its swapped group, and the spreads by e and by s."""
        w, b = head.margin_weights(), float(head.intercept[1] - head.intercept[0])
        u, v, r = self.directions() @ w
        core, cue = b + self.core * Y * u, self.cue * A * v
        return core + cue, core - cue, float(np.linalg.norm(w)), max(abs(self.surroundings * r), 1e-9)

    def accuracy(self, head: Head) -> FloatArray:
        """Share of each group that a head is right on, shape (4,)."""
        mean, _, own, around = self._parts(head)
        return np.asarray(ndtr(Y * mean / np.hypot(own, around)))

    def _reliance(self, head: Head) -> float:
        """Flips under the swap minus flips under the control, the largest of the three readings."""
        mean, swapped, own, around = self._parts(head)
        up, up_swapped = (ndtr((m[:, None] + own * NODES) / around) for m in (mean, swapped))  # (4, nodes)
        leaves = [up * (1 - up_swapped) - up * (1 - up), (1 - up) * up_swapped - (1 - up) * up]  # from class 1, from 0
        down, rise = (each @ WEIGHTS for each in leaves)
        share = np.minimum(self.test, PER_GROUP) / np.minimum(self.test, PER_GROUP).sum()
        along = float(share @ np.where(A > 0, down, rise))  # from the class that the row's own cue goes with
        against = float(share @ np.where(A > 0, rise, down))
        return max(along, against, along + against)
