"""Bounds that were worked out once: the same counts come back run after run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core import paired, worst_change
from hindmost.core.rows import FloatArray
from hindmost.evals import group_change, reliance

Bound = Callable[..., FloatArray]


class Remembered:
    """A bound of counts and a level, element by element; only counts that are new are handed to the product."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.known: dict[tuple[float, ...], float] = {}

    def __call__(self, fixed: ArrayLike, broken: ArrayLike, n: ArrayLike, *, level: ArrayLike) -> FloatArray:
        """What the product would say."""
        columns = np.broadcast_arrays(fixed, broken, n, level)
        keys = list(zip(*(np.asarray(each, dtype=np.float64).ravel().tolist() for each in columns)))
        new = list({key for key in keys if key not in self.known})
        if new:
            b, c, rows, levels = np.array(new).T
            self.known |= dict(zip(new, self.bound(b, c, rows, level=levels).tolist()))
        return np.array([self.known[key] for key in keys]).reshape(columns[0].shape)


def remember_bounds() -> None:
    """Let the tables of this process look counts up before they solve for them."""
    vars(paired)["tango_lower"] = Remembered(paired.tango_lower)
    bound = Remembered(paired.tango_bound)
    for module in (group_change, reliance, worst_change):
        vars(module)["tango_bound"] = bound
