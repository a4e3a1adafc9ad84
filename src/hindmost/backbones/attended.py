"""A feature that attention gathers, spread over the places it was gathered from.

The answer of softmax attention is a sum over tokens, ``sum_j a_j V_j``. Gradients integrated along the straight path
from the answer without the patches to the whole answer share what the patches bring to the feature among them.
The weights ``a_j``, and the deviations that norms divide by, are held still at the image's own values.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import jvp, vmap

from hindmost.backbones.attention_call import Attention
from hindmost.backbones.replay import Replay
from hindmost.backbones.still_norms import StillNorms

ROOM = 4_000_000  # values that travel through the replayed end at once
_ONE_AT_A_TIME = threading.Lock()  # torch counts levels of forward derivatives for the process, not for each thread


@dataclass(frozen=True)
class Attended:
    """From what enters the last block with attention to maps (n, d, h, w) of what its places bring to the feature.

    The mean over cells is the feature minus the feature as it would be had the attention brought nothing from any
    place (``along``), up to the error of a quadrature with ``steps`` points.

    Parameters
    ----------
    replay : Replay
    grid : (h, w)       places, row by row; keys before the last h * w belong to none
    steps : int         points of a Gauss-Legendre quadrature; 1 where the feature is linear in the answer

    References
    ----------
    Sundararajan, Taly, Yan (2017), ICML, "Axiomatic attribution for deep networks"; weights and norms held still:
    Ali et al. (2022), ICML, "XAI for Transformers: better explanations through conservative propagation".
    """

    replay: Replay
    grid: tuple[int, int]
    steps: int
    partial: ClassVar[bool] = True  # the places carry a part of the feature

    def __post_init__(self) -> None:
        _load_derivatives()

    def __call__(self, body: nn.Module, before: Tensor, features: Tensor) -> Tensor:
        """Maps of one batch, float32."""
        attention, kept = self.replay.hear(body, before)
        rest, added = self.split(attention)
        entering = first_token(before)
        norms = StillNorms()
        self.replay(body, kept, entering, rest + added.sum(dim=2), norms)
        parts = [
            self._cells(body, kept, entering[rows], rest[rows], added[rows], norms.of_rows(rows, self.steps))
            for rows in self._slices(entering, added)
        ]
        return torch.cat(parts).float()

    def along(self, body: nn.Module, before: Tensor, times: Sequence[float]) -> list[Tensor]:
        """Features (n, d) where the places bring 0, 1 or another number of times what they bring."""
        attention, kept = self.replay.hear(body, before)
        rest, added = self.split(attention)
        norms, entering = StillNorms(), first_token(before)
        self.replay(body, kept, entering, rest + added.sum(dim=2), norms)
        answers = (rest + time * added.sum(dim=2) for time in times)
        return [self.replay(body, kept, entering, answer, StillNorms(norms.scales)) for answer in answers]

    def split(self, attention: Attention) -> tuple[Tensor, Tensor]:
        """The answer without the places (n, heads, k), and what each place adds (n, heads, h * w, k)."""
        parts, places = attention.parts(), self.grid[0] * self.grid[1]
        return parts[:, :, :-places].sum(dim=2), parts[:, :, -places:]

    def describe(self) -> dict[str, str]:
        """What a map holds, in plain values."""
        height, width = self.grid
        steps = "" if self.steps == 1 else f", gradients integrated over {self.steps} points"
        return {
            "maps": f"attention in {self.replay.block} over {height} x {width} places{steps}",
            "places": "what its last attention brings",
        }

    def _slices(self, entering: Tensor, added: Tensor) -> Iterator[slice]:
        """A few images at a time."""
        each = self.steps * added.shape[2] * max(entering[0].numel(), added[0, :, 0].numel())
        size = max(1, ROOM // each)
        return (slice(start, start + size) for start in range(0, len(added), size))

    def _cells(
        self,
        body: nn.Module,
        kept: dict[str, Any],
        entering: Tensor,
        rest: Tensor,
        added: Tensor,
        scales: list[Tensor],
    ) -> Tensor:
        """Cells (n, d, h, w): h * w times the path integral of the derivative towards each place."""
        at, weight = (torch.from_numpy(each).to(rest) for each in gauss_legendre(self.steps))
        points = (rest + at[:, None, None, None] * added.sum(dim=2)).flatten(0, 1)  # (steps * n, heads, k)
        entering = entering.repeat(self.steps, *[1] * (entering.ndim - 1))

        def feature(answer: Tensor) -> Tensor:
            return self.replay(body, kept, entering, answer, StillNorms(scales))

        def brought(direction: Tensor) -> Tensor:  # (n, heads, k) -> (n, d)
            moved: Tensor = jvp(feature, (points,), (direction.repeat(self.steps, 1, 1),))[1]
            return (moved.unflatten(0, (self.steps, -1)) * weight[:, None, None]).sum(dim=0)

        with _ONE_AT_A_TIME:
            cells = vmap(brought)(added.movedim(2, 0))  # (h * w, n, d)
        return cells.permute(1, 2, 0).unflatten(2, self.grid) * len(cells)


@cache
def _load_derivatives() -> None:
    """Let torch load its forward derivatives now, and not tell the user that it does so by an old way of its own."""
    with warnings.catch_warnings():
        # 2026-11-24: torch 2.13 loads them by its own torch.jit.script, which it calls deprecated.
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is", DeprecationWarning)
        jvp(torch.sin, (torch.zeros(1),), (torch.ones(1),))


def first_token(before: Tensor) -> Tensor:
    """The token whose answer becomes the feature, (n, 1, d); a plane stays whole."""
    return before[:, :1] if before.ndim == 3 else before


def gauss_legendre(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Points in 0..1 and weights that sum to 1."""
    at, weight = np.polynomial.legendre.leggauss(steps)
    return (at + 1) / 2, weight / 2
