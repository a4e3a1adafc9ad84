"""Passes of one fixed shape, side by side, each on a core of its own.

Threads that share one pass wait for one another at every layer, the more so while other threads decode. Passes
that share nothing do not, and a row's numbers cannot depend on how many there are: each pass has the same shape
and one thread. The last pass of a batch is padded with its last image.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from hindmost.backbones.runtimes.engine import Pixels
from hindmost.core.features import Embedded

Arrays = list[NDArray[np.float32]]
Pass = Callable[[Pixels, bool], Arrays]


class SideBySide:
    """A batch of any length over equal passes.

    Parameters
    ----------
    make : callable     called once in each thread; returns that thread's pass: (pixels, whether maps are wanted)
                        -> features, logits and, when wanted, maps
    size : int          images of one pass
    workers : int       threads
    """

    def __init__(self, make: Callable[[], Pass], size: int, workers: int) -> None:
        self._make, self._size = make, size
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="hindmost-pass")
        together = threading.Barrier(workers)
        list(self._pool.map(self._enter, [together] * workers))  # one task each: every thread waits for all

    def __call__(self, pixels: Pixels, maps: bool) -> Embedded:
        parts = [pixels[start : start + self._size] for start in range(0, len(pixels), self._size)]
        done = list(self._pool.map(lambda part: self._one(part, maps), parts))
        X, logits, *shown = (_joined(arrays) for arrays in zip(*done, strict=True))
        return Embedded(X, logits, shown[0] if shown else None)

    def _enter(self, together: threading.Barrier) -> None:
        together.wait()
        self._own.run = self._make()

    def _one(self, pixels: Pixels, maps: bool) -> Arrays:
        n = len(pixels)
        if n < self._size:
            pixels = np.concatenate([pixels, np.repeat(pixels[-1:], self._size - n, axis=0)])
        return [array[:n] for array in self._own.run(np.ascontiguousarray(pixels), maps)]


def _joined(arrays: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate(arrays) if len(arrays) > 1 else np.ascontiguousarray(arrays[0])
