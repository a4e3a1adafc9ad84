"""Train rows that are kept out of training, for methods that need rows the network has not learned."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import BoolArray, Rows


def held_out(rows: Rows, fraction: float, seed: int) -> BoolArray:
    """True for the train rows that are kept out, shape (n,).

    About ``fraction`` of each train group. Rows of one cluster stay together: a cluster is kept out only
    while that takes no group over its share. A group of one row loses nothing.
    """
    out = np.zeros(len(rows), dtype=bool)
    train = np.flatnonzero(rows.mask("train"))
    room = np.rint(fraction * rows.counts("train")).astype(np.int64)
    unit = np.arange(len(rows)) if rows.cluster is None else rows.cluster
    for name in np.random.default_rng([seed, 1]).permutation(np.unique(unit[train])):
        members = train[unit[train] == name]
        taken = np.bincount(rows.group[members], minlength=rows.n_groups)
        if (taken <= room).all():
            out[members] = True
            room = room - taken
    return out
