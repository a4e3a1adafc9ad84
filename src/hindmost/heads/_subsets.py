"""A penalty with or without class weights, and its fits on balanced subsets of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._dfr import L1
from hindmost.heads._scaler import Scaler
from hindmost.heads._solver import Fit
from hindmost.heads._strata import Strata


@dataclass(frozen=True)
class Option:
    """A penalty, and the weights of the two classes' losses or None."""

    C: float
    weights: tuple[float, float] | None = None


@dataclass(frozen=True)
class Subsets:
    """Rows, their scaler, and the fits on balanced subsets of them."""

    X: FloatArray
    y: IntArray
    groups: Strata
    scaler: Scaler
    model: L1

    def tune(self, options: Sequence[Option], max_iter: int, rng: np.random.RandomState) -> list[Fit]:
        """All options on one subset."""
        Z, y = self._subset(rng)
        short = replace(self.model, max_iter=max_iter)
        return [_fit(short, Z, y, option, rng) for option in options]

    def retrain(self, option: Option, times: int, rng: np.random.RandomState) -> list[Fit]:
        """One option on as many subsets."""
        return [_fit(self.model, *self._subset(rng), option, rng) for _ in range(times)]

    def _subset(self, rng: np.random.RandomState) -> tuple[FloatArray, IntArray]:
        subset = balanced(self.groups.lists(np.arange(len(self.y)), "the rows"), rng)
        return self.scaler(self.X[subset]), self.y[subset]


def _fit(model: L1, Z: FloatArray, y: IntArray, option: Option, rng: np.random.RandomState) -> Fit:
    if option.weights is None:
        return model.fit(Z, y, option.C, rng)
    return model.weighted(Z, y, option.C, option.weights, rng)
