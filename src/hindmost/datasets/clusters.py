"""Rows that are not independent: those that share a patient, a source or an original."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hindmost.core.dataset import StrArray
from hindmost.core.errors import InputError
from hindmost.core.rows import IntArray


def twin_positions(column: str, values: StrArray, ids: StrArray) -> IntArray:
    """Position of the row that each row is a twin of; -1 where it is of none.

    Raises
    ------
    InputError
        A row names an id that does not exist, or itself.
    """
    at = {name: position for position, name in enumerate(ids.tolist())}
    positions = np.full(len(ids), -1, dtype=np.int64)
    for row, value in enumerate(values.tolist()):
        name = value if value in at else value.removesuffix(".0")
        if value.casefold() in ("", "nan") or (name == "-1" and name not in at):
            continue
        if at.get(name, row) == row:
            raise InputError(
                f"{column} is {value!r} in row {row + 1}, expected the id of another row or nothing. "
                "Correct it, or leave it empty."
            )
        positions[row] = at[name]
    return positions


def cluster_rows(keys: Sequence[StrArray], twin_of: IntArray | None, n: int) -> IntArray:
    """Cluster id of each row: rows that share any key, or are twins, are one cluster.

    Parameters
    ----------
    keys : str arrays, shape (n,)       "" in a key: the row shares nothing through it
    twin_of : int array (n,) or None    position of each row's original, -1 for none

    Returns
    -------
    int array, shape (n,), numbered by first appearance
    """
    parent = list(range(n))
    for key in keys:
        first: dict[str, int] = {}
        for row, value in enumerate(key.tolist()):
            if value:
                _join(parent, first.setdefault(value, row), row)
    for row, original in enumerate([] if twin_of is None else twin_of.tolist()):
        if original >= 0:
            _join(parent, original, row)
    roots = [_root(parent, row) for row in range(n)]  # the root is the first row of its cluster
    return np.unique(np.array(roots, dtype=np.int64), return_inverse=True)[1].astype(np.int64)


def straddling(cluster: IntArray, split: IntArray) -> int:
    """Number of clusters that have rows in more than one split."""
    pairs = np.unique(np.stack([cluster, split]), axis=1)
    return int((np.bincount(pairs[0]) > 1).sum())


def _root(parent: list[int], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def _join(parent: list[int], left: int, right: int) -> None:
    low, high = sorted((_root(parent, left), _root(parent, right)))
    parent[high] = low
