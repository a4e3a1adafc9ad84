"""Which place of the image each token of a list belongs to: heard in one pass, where the network does not say."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from hindmost.backbones.find_spread import grid_of

SAME = 1e-4  # of the largest difference


class Grids:
    """The planes of patches of one pass of two images, and the lists of tokens made of them.

    Positions and class tokens are the same for two images, so what differs between their tokens is what differs
    between their patches: the last tokens, row by row, must repeat the plane of the patches.
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._plane: Tensor | None = None
        self._grids: dict[int, tuple[int, int]] = {}  # by number of tokens

    def hear(self, value: Any, *, returned: bool) -> None:
        """What a module read or returned: the latest plane returned is that of the patches until tokens come."""
        if not isinstance(value, Tensor):
            return
        if value.ndim == 4 and returned and not self._grids:
            self._plane = value
        elif value.ndim == 3 and self._plane is not None and _follows(value, self._plane):
            self._grids.setdefault(value.shape[1], (self._plane.shape[2], self._plane.shape[3]))

    def of(self, before: Any) -> tuple[int, int] | None:
        """Rows and columns of what enters a block: a plane's own, or a list's; None where they are not known."""
        if before.ndim == 4:
            return before.shape[2], before.shape[3]
        return grid_of(self._module, before) or self._grids.get(before.shape[1])


def _follows(tokens: Tensor, plane: Tensor) -> bool:
    """Whether the last tokens (n, t, d) are the patches (n, d, h, w), up to what all images share."""
    patches = plane.flatten(2).transpose(1, 2)
    if len(tokens) != len(patches) or tokens.shape[1] < patches.shape[1] or tokens.shape[2] != patches.shape[2]:
        return False
    here, there = (each[1] - each[0] for each in (tokens[:, -patches.shape[1] :], patches))
    return bool((here - there).abs().max() <= SAME * there.abs().max())
