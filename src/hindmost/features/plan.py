"""Which rows go through the network together, and which batches are kept in one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.fingerprint import of_json
from hindmost.core.rows import IntArray

PIECE = 4  # batches a piece: what an interruption may lose


@dataclass(frozen=True)
class Plan:
    """The batches and pieces of ``n`` rows, which depend on nothing else.

    Parameters
    ----------
    n : int                         rows
    batch : int                     rows a forward pass
    shown : int array, ascending    rows whose maps are kept
    """

    n: int
    batch: int
    shown: IntArray

    def __post_init__(self) -> None:
        if self.n < 1 or self.batch < 1:
            raise InputError(f"Features need at least 1 row and a batch of 1, but {self.n} and {self.batch} came.")
        if self.shown.size and not 0 <= self.shown[0] <= self.shown[-1] < self.n:
            raise InputError(
                f"maps_for must lie in 0..{self.n - 1}, but {self.shown[0]}..{self.shown[-1]} came. Pass row positions."
            )

    @property
    def pieces(self) -> range:
        """The numbers of the pieces."""
        return range(-(-self.n // (self.batch * PIECE)))

    def batches(self, piece: int) -> Iterator[IntArray]:
        """The rows of each batch of one piece."""
        first = piece * PIECE * self.batch
        for start in range(first, min(first + PIECE * self.batch, self.n), self.batch):
            yield np.arange(start, min(start + self.batch, self.n), dtype=np.int64)

    def rows_of(self, piece: int) -> int:
        """How many rows one piece holds."""
        return sum(len(rows) for rows in self.batches(piece))

    def key(self, key: str) -> str:
        """The key of an extraction by this plan."""
        return of_json([key, self.n, self.batch, PIECE, self.shown.tolist()])
