"""What is to be embedded: how to load each image, and what content is expected of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.features.digests import Digests

Pixels = NDArray[np.uint8]
Load = Callable[[int], Pixels]


@dataclass(frozen=True)
class Photographs:
    """Images by position, each named by its content.

    Parameters
    ----------
    load : callable     position in 0..n-1 -> uint8 (side, side, 3), called from several threads; raises InputError
                        where the image cannot be used
    contents : S32 array, shape (n,)    see ``digests``; equal contents are embedded once

    Raises
    ------
    InputError
        There are no images.
    """

    load: Load
    contents: Digests

    def __post_init__(self) -> None:
        if not len(self.contents):
            raise InputError("Features need at least 1 image, but none came.")

    def __len__(self) -> int:
        return len(self.contents)
