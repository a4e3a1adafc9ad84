"""A network cut before its last linear layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.features import Embedded
from hindmost.core.head import Head

RECIPE = 1  # counts changes of this room that change a feature


class Cut(Protocol):
    """Where a network is cut: pooled features (n, d), and what lies before pooling (or None)."""

    def __call__(self, module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor | None]: ...


@dataclass(frozen=True, eq=False)
class Backbone:
    """A network that turns photographs into features, maps and its own logits.

    Parameters
    ----------
    name : str                      architecture: a timm name, or "torchvision/NAME"
    source : str                    where the weights came from, for people
    module : nn.Module              the network as loaded, for training
    inference : nn.Module           the same function with batch norms folded, for ``embed``
    classifier : nn.Linear          the last layer of ``inference``
    cut : Cut
    head : Head                     the same last layer, float64
    preprocessing : Preprocessing
    weights_hash : str              SHA-256 of the weights
    folded : bool                   True where batch norms were folded into convolutions
    maps_reason : str or None       why there are no maps; None: there are
    """

    name: str
    source: str
    module: nn.Module
    inference: nn.Module
    classifier: nn.Linear
    cut: Cut
    head: Head
    preprocessing: Preprocessing
    weights_hash: str
    folded: bool
    maps_reason: str | None

    @property
    def n_features(self) -> int:
        return int(self.head.coef.shape[1])

    def embed(self, batch: NDArray[np.uint8], *, maps: bool = False) -> Embedded:
        """Features, logits and, on request, maps of one batch: one forward pass in float32.

        Parameters
        ----------
        batch : uint8 array, shape (n, crop, crop, 3)
        maps : bool     True: also the activations before pooling, shape (n, d, h, w)

        Raises
        ------
        InputError
            The batch has another shape or dtype, or maps are asked of a network that has none.
        """
        if maps and self.maps_reason is not None:
            raise InputError(f"{self.name} has no maps: {self.maps_reason}. Call embed without maps.")
        self.inference.eval()
        with torch.inference_mode():
            features, before = self.cut(self.inference, self._normalised(batch))
            logits = two_columns(self.classifier(features))
        shown = _array(as_maps(before, features)) if maps and before is not None else None
        return Embedded(_array(features), _array(logits), shown)

    def describe(self) -> dict[str, Any]:
        """What a feature depends on beside pixels and weights, in plain values."""
        return {
            "runtime": f"torch {torch.__version__}",
            "processor": torch.backends.cpu.get_cpu_capability(),
            "dtype": "float32",
            "memory_format": "channels_last",
            "batch_norm": "folded" if self.folded else "as loaded",
            "threads": torch.get_num_threads(),
            "recipe": RECIPE,
        }

    def _normalised(self, batch: NDArray[np.uint8]) -> Tensor:
        """(n, crop, crop, 3) uint8 to (n, 3, crop, crop) float32, channels last in memory."""
        side = self.preprocessing.crop
        if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[1:] != (side, side, 3):
            raise InputError(
                f"A batch must be uint8 of shape (n, {side}, {side}, 3), but {batch.dtype} of {batch.shape} came. "
                "Resize and crop each image as the preprocessing says."
            )
        return normalised(torch.from_numpy(np.array(batch)), self.preprocessing)


def normalised(pixels: Tensor, preprocessing: Preprocessing) -> Tensor:
    """uint8 (n, h, w, 3) to float32 (n, 3, h, w) with the network's mean and deviation, channels last."""
    mean = torch.tensor(preprocessing.mean).view(1, 3, 1, 1)
    std = torch.tensor(preprocessing.std).view(1, 3, 1, 1)
    return pixels.permute(0, 3, 1, 2).to(torch.float32).div_(255.0 * std).sub_(mean / std)


def as_maps(before: Tensor, features: Tensor) -> Tensor:
    """Activations before pooling as (n, d, h, w), whichever side the channels are on."""
    return before if before.shape[1] == features.shape[1] else before.permute(0, 3, 1, 2)


def two_columns(logits: Tensor) -> Tensor:
    """One logit z as [-z/2, z/2]; two or more stay as they are."""
    return torch.cat([-logits / 2, logits / 2], dim=1) if logits.shape[1] == 1 else logits


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.numpy(), dtype=np.float32)
