"""What every runtime offers."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hindmost.core.features import Embedded

Pixels = NDArray[np.uint8]


class Engine(Protocol):
    """One network, ready to run.

    Attributes
    ----------
    size : int      images of one pass. Every pass has this shape, so a row's numbers depend on nothing around it
    workers : int   passes side by side, each on one core; a batch of a multiple of size * workers keeps all busy
    """

    @property
    def size(self) -> int: ...

    @property
    def workers(self) -> int: ...

    def __call__(self, pixels: Pixels, *, maps: bool = False) -> Embedded:
        """Features, logits and, on request, maps of uint8 (n, side, side, 3)."""
        ...

    def describe(self) -> dict[str, Any]:
        """What a feature depends on beside pixels and weights, in plain values."""
        ...
