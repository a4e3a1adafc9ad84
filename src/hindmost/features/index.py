"""Where each content lies: which file of a shelf, and which row of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hindmost.core.rows import IntArray
from hindmost.features.digests import Digests


@dataclass(frozen=True)
class Index:
    """Contents in ascending order, each once.

    Parameters
    ----------
    files : tuple of Path
    contents : S32 array, shape (m,)    ascending
    file : int array, shape (m,)        position in ``files``
    row : int array, shape (m,)         row inside that file
    """

    files: tuple[Path, ...]
    contents: Digests
    file: IntArray
    row: IntArray

    def find(self, wanted: Digests) -> IntArray:
        """Where each wanted content stands in this index, shape (n,); -1 where it is not kept."""
        if not len(self.contents):
            return np.full(len(wanted), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.contents, wanted), len(self.contents) - 1)
        return np.where(self.contents[place] == wanted, place, -1).astype(np.int64)


def indexed(files: Sequence[Path], contents: Sequence[Digests]) -> Index:
    """The index of some files; a content that two files hold is taken from the first."""
    sizes = np.array([len(part) for part in contents], dtype=np.int64)
    together = np.concatenate([np.empty(0, dtype="S32"), *contents])
    kept, first = np.unique(together, return_index=True)
    file = np.repeat(np.arange(len(files)), sizes)
    row = np.arange(len(together)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return Index(tuple(files), kept, file[first].astype(np.int64), row[first].astype(np.int64))
