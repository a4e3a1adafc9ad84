"""A sample of rows: at most so many of each group."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import BoolArray, IntArray


def sample_per_group(group: IntArray, allowed: BoolArray, most: int, rng: np.random.Generator) -> IntArray:
    """Up to ``most`` positions of each group among the allowed ones, in order; shape (m,).

    Parameters
    ----------
    group : int array, shape (n,)
    allowed : bool array, shape (n,)
    most : int >= 0
    """
    order = rng.permutation(np.flatnonzero(allowed))
    ranked = order[np.argsort(group[order], kind="stable")]
    starts = np.searchsorted(group[ranked], group[ranked])
    return np.sort(ranked[np.arange(len(ranked)) - starts < most]).astype(np.int64)
