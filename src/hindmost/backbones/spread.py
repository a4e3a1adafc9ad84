"""A network's feature spread over the places of the image: cells whose plain mean is the feature.

Where the network pools by a plain mean, the cells are its activations. A maximum lies where it was found, and a
norm after pooling is applied to every cell with the image's own mean and deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor, nn

from hindmost.backbones.frozen_norm import frozen

Pooling = Literal["mean", "max", "avgmax"]
POOLINGS: tuple[Pooling, ...] = ("mean", "max", "avgmax")


@dataclass(frozen=True)
class Spread:
    """From activations before pooling to maps (n, d, h, w) whose mean over cells is the feature.

    Parameters
    ----------
    pooling : str           "mean", "max" or "avgmax", half of each
    norm : str or None      name of the norm between pooling and feature; None: there is none
    grid : (h, w) or None   places of a list of tokens, row by row; tokens before these belong to no place.
                            None: the activations are a plane
    """

    pooling: Pooling = "mean"
    norm: str | None = None
    grid: tuple[int, int] | None = None
    partial: ClassVar[bool] = False  # the places carry the whole feature

    def __call__(self, body: nn.Module, before: Tensor, features: Tensor) -> Tensor:
        """Maps of one batch; ``features`` (n, d) tell the side of the channels and nothing more."""
        plane = as_maps(before, features) if self.grid is None else on_grid(before, self.grid)
        if self.pooling == "mean" and self.norm is None:
            return plane
        cells = placed(plane.float(), self.pooling)
        if self.norm is None:
            return cells
        scale, shift = frozen(body.get_submodule(self.norm), cells.mean(dim=(2, 3)))
        return scale[:, :, None, None] * cells + shift[:, :, None, None]

    def describe(self) -> dict[str, str]:
        """What a map holds, in plain values; empty where it holds the activations of a plane themselves."""
        if self == Spread():
            return {}
        norm = "" if self.norm is None else f", then {self.norm} held still"
        tokens = "" if self.grid is None else f" of {self.grid[0]} x {self.grid[1]} tokens"
        return {"maps": f"{self.pooling}{tokens}{norm}"}


def as_maps(before: Tensor, features: Tensor) -> Tensor:
    """Activations before pooling as (n, d, h, w), whichever side the channels are on."""
    return before if before.shape[1] == features.shape[1] else before.permute(0, 3, 1, 2)


def on_grid(tokens: Tensor, grid: tuple[int, int]) -> Tensor:
    """The last h * w of the tokens (n, t, d), as (n, d, h, w)."""
    height, width = grid
    return tokens[:, -height * width :].transpose(1, 2).unflatten(2, grid)


def placed(plane: Tensor, pooling: Pooling) -> Tensor:
    """Cells (n, d, h, w) whose mean over h and w is the pooled value of each channel.

    A maximum is the number of cells times itself at the cell that has it, shared evenly where several have it,
    and 0 at all others.
    """
    if pooling == "mean":
        return plane
    highest = plane.amax(dim=(2, 3), keepdim=True)
    there = (plane >= highest).to(plane.dtype)
    found = highest * there / there.mean(dim=(2, 3), keepdim=True)
    return found if pooling == "max" else (plane + found) / 2
