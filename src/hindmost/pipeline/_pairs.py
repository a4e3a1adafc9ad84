"""Pairs of treated picture and control, each made once for the two positions that ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.dataset import Preprocessing
from hindmost.datasets.decode import as_read
from hindmost.features.digests import digests
from hindmost.features.photographs import Photographs
from hindmost.interventions.swap import Pair

Parts = Sequence[object]


def photographs_of_pairs(
    n: int, make: Callable[[int], Pair], parts: Callable[[int], Parts], p: Preprocessing
) -> Photographs:
    """Treated and control of each of n rows in turn.

    Parameters
    ----------
    make : callable     the pair of row i
    parts : callable    plain values of everything that the pair of row i depends on: its name in the feature cache
    """
    pairs = _each_once(make)

    def load(position: int) -> np.ndarray:
        pair = pairs(position // 2)
        return as_read(pair.control if position % 2 else pair.treated, p)

    names = [fingerprint.of_json([*parts(i), arm]) for i in range(n) for arm in ("treated", "control")]
    return Photographs(load, digests(names))


def _each_once(make: Callable[[int], Pair]) -> Callable[[int], Pair]:
    """A pair is made once, for whichever thread asks first, and forgotten when both its pictures were taken."""
    locks: defaultdict[int, Lock] = defaultdict(Lock)
    kept: dict[int, Pair] = {}

    def get(i: int) -> Pair:
        with locks[i]:
            if i in kept:
                return kept.pop(i)
            kept[i] = make(i)
            return kept[i]

    return get
