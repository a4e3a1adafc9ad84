"""Squares of pixels for batch after batch: decoded in threads, kept in memory while they fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.rows import IntArray

Pixels = NDArray[np.uint8]
Load = Callable[[int], Pixels]

BUDGET = 1 << 30  # bytes of decoded pixels that may stay in memory


class PixelSource:
    """The squares of chosen rows. Use as a context: its threads end with it.

    Parameters
    ----------
    load : callable     row -> uint8 (side, side, 3)
    side : int          that every square has
    threads : int
    budget : int        bytes; rows beyond it are decoded each time
    """

    def __init__(self, load: Load, side: int, threads: int = 2, budget: int = BUDGET) -> None:
        self._load, self._side = load, side
        self._pool = ThreadPoolExecutor(threads)
        self._kept: dict[int, Pixels] = {}
        self._room = budget // (side * side * 3)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def stream(self, batches: Iterable[IntArray]) -> Iterator[Pixels]:
        """The pixels of each batch (n, side, side, 3); the next one decodes while this one is used."""
        waiting = None
        for rows in batches:
            ahead = [self._pool.submit(self._square, int(row)) for row in rows]
            if waiting is not None:
                yield np.stack([future.result() for future in waiting])
            waiting = ahead
        if waiting is not None:
            yield np.stack([future.result() for future in waiting])

    def _square(self, row: int) -> Pixels:
        kept = self._kept.get(row)
        if kept is not None:
            return kept
        square = self._load(row)
        if square.shape != (self._side, self._side, 3) or square.dtype != np.uint8:
            raise InputError(
                f"Training reads uint8 squares of {self._side} x {self._side} x 3, but row {row} is {square.dtype} "
                f"{square.shape}. Resize each image to the preprocessing's resize on both sides."
            )
        if len(self._kept) < self._room:
            self._kept[row] = square
        return square
