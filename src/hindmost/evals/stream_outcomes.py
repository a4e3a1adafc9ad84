"""Which heads were right on which rows, counted in one pass: all that tables over independent rows need.

Rows of one group on which every head has the same outcome are alike, so a count for each distinct pattern
of outcomes stands for all of them, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, IntArray

MOST_BITS = 62  # group and outcomes of a row in one integer
_PENDING = 2**20  # patterns of chunks that wait to be merged


@dataclass(frozen=True)
class Outcomes:
    """Counts of rows by group and pattern of outcomes.

    Parameters
    ----------
    n_groups : int
    group : int array, shape (k,)               ascending
    pattern : bool array, shape (k, heads)      True where that head is right; distinct within a group
    count : int array, shape (k,)               rows, at least 1
    """

    n_groups: int
    group: IntArray
    pattern: BoolArray
    count: IntArray

    @property
    def n(self) -> IntArray:
        """Rows of each group, shape (n_groups,); an absent group keeps its place with 0."""
        return np.bincount(self.group, self.count, minlength=self.n_groups).astype(np.int64)

    @property
    def right(self) -> IntArray:
        """Rows that each head has right, shape (n_groups, heads)."""
        out = np.zeros((self.n_groups, self.pattern.shape[1]), dtype=np.int64)
        np.add.at(out, self.group, self.pattern * self.count[:, None])
        return out

    def of(self, heads: Sequence[int]) -> Outcomes:
        """The same rows seen by some heads only, in that order: patterns that fall together are added up."""
        codes, inverse = np.unique(_packed(self.group, self.pattern[:, list(heads)]), return_inverse=True)
        count = np.bincount(inverse, self.count, minlength=len(codes)).astype(np.int64)
        return _unpacked(codes, count, len(heads), self.n_groups)


def count_outcomes(chunks: Iterable[tuple[IntArray, BoolArray]], *, heads: int, n_groups: int) -> Outcomes:
    """One pass over chunks of independent rows; the result does not depend on how they are cut.

    Memory grows with the number of distinct patterns, not with the rows. Rows of one cluster are not
    independent and must not be counted this way.

    Parameters
    ----------
    chunks : iterable of (group, right)     int (m,) in 0..n_groups-1, and bool (m, heads)
    heads, n_groups : int

    Raises
    ------
    InputError
        A chunk has another number of heads, a group lies outside, or there are too many heads and groups to
        pack a row into 62 bits.

    Examples
    --------
    >>> chunks = [(np.array([0, 0, 1]), np.array([[True], [False], [True]]))]
    >>> count_outcomes(chunks, heads=1, n_groups=2).right.tolist()
    [[1], [1]]
    """
    if heads + (n_groups - 1).bit_length() > MOST_BITS:
        raise InputError(
            f"{heads} heads over {n_groups} groups do not fit into {MOST_BITS} bits. Count fewer heads at a time."
        )
    codes, counts = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    waiting = 0
    for group, right in chunks:
        _check(group, right, heads, n_groups)
        found = np.unique(_packed(group, right), return_counts=True)
        codes.append(found[0])
        counts.append(found[1])
        waiting += len(found[0])
        if waiting > max(_PENDING, len(codes[0])):
            codes, counts, waiting = *_merged(codes, counts), 0
    codes, counts = _merged(codes, counts)
    return _unpacked(codes[0], counts[0], heads, n_groups)


def _merged(codes: list[IntArray], counts: list[IntArray]) -> tuple[list[IntArray], list[IntArray]]:
    kinds, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    total = np.zeros(len(kinds), dtype=np.int64)
    np.add.at(total, inverse, np.concatenate(counts))
    return [kinds], [total]


def _packed(group: IntArray, right: BoolArray) -> IntArray:
    """Group and outcomes of each row as one integer, ordered by group first, then by the first head."""
    code = group.astype(np.int64)
    for column in right.T:
        code = code << 1 | column
    return code


def _unpacked(codes: IntArray, count: IntArray, heads: int, n_groups: int) -> Outcomes:
    pattern = codes[:, None] >> np.arange(heads - 1, -1, -1) & 1
    return Outcomes(n_groups, codes >> heads, pattern.astype(np.bool_), count)


def _check(group: IntArray, right: BoolArray, heads: int, n_groups: int) -> None:
    if right.dtype != np.bool_ or right.shape != (len(group), heads):
        raise InputError(
            f"right must be bool of shape ({len(group)}, {heads}), but {right.dtype} of {right.shape} came. "
            "Pass one line per row and one column per head."
        )
    if len(group) and not 0 <= group.min() <= group.max() < n_groups:
        raise InputError(f"group must lie in 0..{n_groups - 1}, but {group.min()}..{group.max()} came.")
