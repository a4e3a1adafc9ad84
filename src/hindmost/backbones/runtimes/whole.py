"""A network as one function: from uint8 pixels to features, logits and maps."""

from __future__ import annotations

import copy
from typing import Protocol

import torch
from torch import Tensor, nn

from hindmost.backbones.cut import Cut
from hindmost.core.dataset import Preprocessing


class Spreading(Protocol):
    """How a feature spreads over places: what lies before pooling and the features, to maps (n, d, h, w)."""

    @property
    def partial(self) -> bool:
        """False where the mean over places is the feature; True where the places carry a part of it."""
        ...

    def __call__(self, body: nn.Module, before: Tensor, features: Tensor) -> Tensor: ...

    def describe(self) -> dict[str, str]: ...


class Whole(nn.Module):
    """Normalising, body and last layer in one.

    Parameters
    ----------
    body : nn.Module                the network in inference form
    last : nn.Linear                its last layer
    cut : Cut
    preprocessing : Preprocessing
    maps : Spreading or None        how its maps are made; None: it returns none
    dtype : torch.dtype             of the body; features, logits and maps are float32
    """

    def __init__(
        self,
        body: nn.Module,
        last: nn.Linear,
        cut: Cut,
        preprocessing: Preprocessing,
        maps: Spreading | None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.body, self.last, self.cut, self.maps, self.dtype = body, last, cut, maps, dtype
        self.preprocessing = preprocessing

    def forward(self, pixels: Tensor, *, maps: bool = True) -> tuple[Tensor, ...]:
        """uint8 (n, h, w, 3) to float32 features (n, d), logits (n, c) and, where it has them, maps (n, d, h', w')."""
        x = normalised(pixels, self.preprocessing).to(self.dtype)
        features, before = self.cut(self.body, x)
        found = (features.float(), two_columns(self.last(features.float())))
        if not maps or before is None or self.maps is None:
            return found
        return (*found, self.maps(self.body, before, features).float())


def replica(whole: Whole) -> Whole:
    """A copy for another thread: modules of its own, the same tensors.

    A cut may hang hooks on modules; two passes at once through one module would hear each other's tensors.
    """
    tensors = [*whole.parameters(), *whole.buffers()]
    return copy.deepcopy(whole, {id(tensor): tensor for tensor in tensors})


def in_dtype(whole: Whole, dtype: torch.dtype) -> Whole:
    """The same network with its body in another dtype; the last layer stays float32."""
    if dtype == whole.dtype:
        return whole
    body = copy.deepcopy(whole.body).to(dtype)
    return Whole(body, whole.last, whole.cut, whole.preprocessing, whole.maps, dtype)


def normalised(pixels: Tensor, preprocessing: Preprocessing) -> Tensor:
    """uint8 (n, h, w, 3) to float32 (n, 3, h, w) with the network's mean and deviation, channels last."""
    mean = torch.tensor(preprocessing.mean).view(1, 3, 1, 1)
    std = torch.tensor(preprocessing.std).view(1, 3, 1, 1)
    return pixels.permute(0, 3, 1, 2).to(torch.float32).div_(255.0 * std).sub_(mean / std)


def two_columns(logits: Tensor) -> Tensor:
    """One logit z as [-z/2, z/2]; two or more stay as they are."""
    return torch.cat([-logits / 2, logits / 2], dim=1) if logits.shape[1] == 1 else logits
