"""The strata of a fit: read, checked, and numbered without gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.rows import IntArray


@dataclass(frozen=True)
class Strata:
    """Which stratum each of n rows belongs to.

    Parameters
    ----------
    ids : int array, shape (k,)      ids that have rows, ascending
    codes : int array, shape (n,)    position of each row's id in ``ids``
    empty : tuple of int             ids in 0..n_strata-1 without rows
    cluster : int array (n,) or None rows of one id never lie on both sides of a choice; None: independent rows
    """

    ids: IntArray
    codes: IntArray
    empty: tuple[int, ...]
    cluster: IntArray | None = None

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: IntArray) -> Strata:
        """The strata of some rows, numbered by those that have some there."""
        found, codes = np.unique(self.codes[rows], return_inverse=True)
        absent = tuple(sorted({*self.empty, *(int(i) for i in np.delete(self.ids, found))}))
        cluster = None if self.cluster is None else self.cluster[rows]
        return Strata(self.ids[found], codes.astype(np.int64), absent, cluster)

    def need_all(self) -> None:
        """Raise EmptyStratum where a stratum that must exist has no rows."""
        if self.empty:
            raise EmptyStratum(
                f"Expected rows of every stratum, but {_named(self.empty)} without rows. Collect rows of it, or "
                "fit the strata that exist (policy: on_empty_stratum: fit_existing; in Python: n_strata=None).",
                self.empty,
            )

    def need_two(self) -> None:
        """Raise EmptyStratum where a stratum has a single row, which cannot lie in both halves of a split."""
        single = tuple(int(i) for i in self.ids[np.bincount(self.codes, minlength=len(self.ids)) < 2])
        if single:
            raise EmptyStratum(
                f"Expected two rows of every stratum, one for each half, but {_named(single)} with one row only. "
                "Collect more rows of it.",
                single,
                2,
            )

    def lists(self, rows: IntArray, part: str) -> list[IntArray]:
        """Positions within ``rows`` of each stratum, ascending; every stratum must be there.

        Parameters
        ----------
        rows : int array (m,)    which rows are looked at
        part : str               what these rows are, for the error
        """
        codes = self.codes[rows]
        found = [np.flatnonzero(codes == k) for k in range(len(self.ids))]
        absent = tuple(int(i) for i, members in zip(self.ids, found) if not len(members))
        if absent:
            raise EmptyStratum(
                f"Expected rows of every stratum in {part}, but {_named(absent)} without rows there. "
                "Collect more rows of it.",
                absent,
            )
        return found

    def all_in(self, rows: IntArray) -> bool:
        """True where every stratum has at least one of these rows."""
        return len(np.unique(self.codes[rows])) == len(self.ids)


def read_strata(
    strata: ArrayLike | None, y: IntArray, n_strata: int | None, cluster: ArrayLike | None = None
) -> Strata:
    """Check the strata and clusters of n rows; strata=None means strata = y, cluster=None independent rows.

    Parameters
    ----------
    strata : int array (n,) or None
    y : int array (n,)               class positions
    n_strata : int or None           ids are 0..n_strata-1; None: the ids that occur
    cluster : int array (n,) or None

    Raises
    ------
    InputError
        Another length, other than whole numbers, or an id outside 0..n_strata-1.
    """
    column = y if strata is None else _whole_numbers("strata", strata, len(y))
    if n_strata is not None and (column.min() < 0 or column.max() >= n_strata):
        raise InputError(
            f"strata must lie in 0..{n_strata - 1}, but {column.min()}..{column.max()} came. Check n_strata."
        )
    ids, codes = np.unique(column, return_inverse=True)
    empty = () if n_strata is None else tuple(sorted(set(range(n_strata)) - {int(i) for i in ids}))
    units = None if cluster is None else _whole_numbers("cluster", cluster, len(y))
    return Strata(ids.astype(np.int64), codes.astype(np.int64), empty, units)


def _whole_numbers(name: str, values: ArrayLike, n: int) -> IntArray:
    column = np.asarray(values)
    if column.shape != (n,):
        raise InputError(f"{name} has shape {column.shape}, X has {n} rows. Pass the {name} of the same split.")
    if column.dtype.kind not in "iu":
        raise InputError(f"{name} must be whole numbers, but {column.dtype} came. Pass ids.")
    return column.astype(np.int64)


def _named(ids: tuple[int, ...]) -> str:
    listed = ", ".join(map(str, ids))
    return f"stratum {listed} is" if len(ids) == 1 else f"strata {listed} are"
