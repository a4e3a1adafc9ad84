"""Random subsets with equally many rows of each stratum."""

import numpy as np

from hindmost.core.rows import IntArray


def balanced(lists: list[IntArray], rng: np.random.RandomState) -> IntArray:
    """As many positions of each stratum as the smallest one has, sorted by stratum.

    Each list is shuffled in turn before its first positions are taken; that is the published order of
    draws. The lists themselves stay as they are.

    Parameters
    ----------
    lists : k int arrays     positions of each stratum, none empty
    """
    size = min(map(len, lists))
    return np.concatenate([_shuffled(members, rng)[:size] for members in lists])


def _shuffled(members: IntArray, rng: np.random.RandomState) -> IntArray:
    copy = members.copy()
    rng.shuffle(copy)
    return copy
