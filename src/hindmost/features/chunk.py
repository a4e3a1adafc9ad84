"""Some consecutive rows of a published store, in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.rows import BoolArray, Split


@dataclass(frozen=True)
class Chunk:
    """Features with their rows, and what is known of each image.

    Parameters
    ----------
    features : Features, n rows
    images : str array, shape (n,), or None     SHA-256 of each image, in hex
    held_out : bool array, shape (n,), or None  train rows that the network's training did not see
    twin_of : str array, shape (n,), or None    id of the row that each row is a twin of; "": of none

    Raises
    ------
    InputError
        Lengths differ.
    """

    features: Features
    images: NDArray[np.str_] | None = None
    held_out: BoolArray | None = None
    twin_of: NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        n = len(self.features.rows)
        for name in ("images", "held_out", "twin_of"):
            column = getattr(self, name)
            if column is not None and column.shape != (n,):
                raise InputError(f"{name} has shape {column.shape}, expected ({n},). Pass one entry per row.")

    def __len__(self) -> int:
        return len(self.features.rows)

    def of(self, split: Split) -> Chunk:
        """The rows of one split, in their order."""
        where = self.features.rows.mask(split)
        images, held_out, twin_of = self.images, self.held_out, self.twin_of
        return Chunk(
            self.features.take(where),
            None if images is None else images[where],
            None if held_out is None else held_out[where],
            None if twin_of is None else twin_of[where],
        )
