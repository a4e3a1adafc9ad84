"""Folds that keep the share of each stratum and never split a cluster."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from hindmost.core.errors import EmptyStratum
from hindmost.core.rows import IntArray
from hindmost.heads._strata import Strata

Fold = tuple[IntArray, IntArray]  # rows that are fitted on, rows that are held out


def repeated_folds(groups: Strata, *, folds: int, repeats: int, seed: int) -> list[Fold]:
    """``repeats`` partitions of the rows into at most ``folds`` folds each, every stratum in both parts of each.

    There are at most as many folds as the smallest stratum has rows (or clusters).

    Raises
    ------
    EmptyStratum
        A stratum has a single row or cluster, or a cluster is so large that a stratum misses one part.
    """
    smallest, count = smallest_stratum(groups)
    if count < 2:
        unit = "row" if groups.cluster is None else "cluster"
        raise EmptyStratum(
            f"Cross-fitting needs 2 {unit}s of every stratum, stratum {smallest} has {count}. Collect more of it.",
            (smallest,),
            2,
        )
    found = [fold for repeat in range(repeats) for fold in one_partition(groups, min(folds, count), seed + repeat)]
    for fitted_on, held_out in found:
        for rows, part in ((fitted_on, "the rows that a fold fits on"), (held_out, "a fold")):
            groups.lists(rows, part)
    return found


def smallest_stratum(groups: Strata) -> tuple[int, int]:
    """The stratum with the fewest rows, or clusters, and how many; (-1, 0) without rows."""
    if not len(groups):
        return -1, 0
    members = groups.codes
    if groups.cluster is not None:
        members = np.unique(np.column_stack([groups.codes, groups.cluster]), axis=0)[:, 0]
    counts = np.bincount(members, minlength=len(groups.ids))
    return int(groups.ids[counts.argmin()]), int(counts.min())


def one_partition(groups: Strata, folds: int, seed: int) -> list[Fold]:
    """The rows in ``folds`` folds, or fewer where a large cluster leaves one bare."""
    empty = np.zeros((len(groups), 0))
    if groups.cluster is None:
        return list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(empty, groups.codes))
    parts = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(empty, groups.codes, groups.cluster)
    return [(fitted_on, held_out) for fitted_on, held_out in parts if len(held_out)]
