"""A network cut before its last linear layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hindmost.backbones.cut import Cut
from hindmost.backbones.runtimes.engine import Engine
from hindmost.backbones.runtimes.whole import Whole
from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.features import Embedded
from hindmost.core.head import Head

RECIPE = 2  # counts changes of this room that change a feature
LEAST_BATCH = 64


@dataclass(frozen=True, eq=False)
class Backbone:
    """A network that turns photographs into features, maps and its own logits.

    Parameters
    ----------
    name : str                      architecture: a timm name, or "torchvision/NAME"
    source : str                    where the weights came from, for people
    module : nn.Module              the network as loaded, for training
    whole : Whole                   the same function from pixels on, with batch norms folded
    engine : Engine                 what computes it for ``embed`` (see ``runtimes``)
    head : Head                     the same last layer, float64
    preprocessing : Preprocessing
    weights_hash : str              SHA-256 of the weights
    folded : bool                   True where batch norms were folded into convolutions
    maps_reason : str or None       why there are no maps; None: there are
    """

    name: str
    source: str
    module: nn.Module
    whole: Whole
    engine: Engine
    head: Head
    preprocessing: Preprocessing
    weights_hash: str
    folded: bool
    maps_reason: str | None

    @property
    def n_features(self) -> int:
        return int(self.head.coef.shape[1])

    @property
    def partial_maps(self) -> bool:
        """Whether the places of its maps carry a part of the feature only."""
        return self.whole.maps is not None and self.whole.maps.partial

    @property
    def cut(self) -> Cut:
        """Where the network is cut into body and last layer."""
        return self.whole.cut

    @property
    def batch(self) -> int:
        """Images a call of ``embed`` that keep every core busy: a multiple of the engine's passes, at least 64."""
        all_busy = self.engine.size * self.engine.workers
        return all_busy * max(2, math.ceil(LEAST_BATCH / all_busy))

    def embed(self, batch: NDArray[np.uint8], *, maps: bool = False) -> Embedded:
        """Features, logits and, on request, maps of one batch.

        A row's numbers depend neither on the other rows of the batch nor on how many there are.

        Parameters
        ----------
        batch : uint8 array, shape (n, crop, crop, 3), n >= 1
        maps : bool     True: also cells (n, d, h, w) whose mean is the feature, or what its places bring to it

        Raises
        ------
        InputError
            The batch has another shape or dtype, or maps are asked of a network that has none.
        """
        if maps and self.maps_reason is not None:
            raise InputError(f"{self.name} has no maps: {self.maps_reason}. Call embed without maps.")
        side = self.preprocessing.crop
        if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[1:] != (side, side, 3) or not len(batch):
            raise InputError(
                f"A batch must be uint8 of shape (n, {side}, {side}, 3), but {batch.dtype} of {batch.shape} came. "
                "Resize and crop each image as the preprocessing says."
            )
        return self.engine(batch, maps=maps)

    def describe(self) -> dict[str, Any]:
        """What a feature depends on beside pixels and weights, in plain values."""
        return {
            "architecture": self.name,
            **self.engine.describe(),
            **({} if self.whole.maps is None else self.whole.maps.describe()),
            "batch_norm": "folded" if self.folded else "as loaded",
            "recipe": RECIPE,
        }
