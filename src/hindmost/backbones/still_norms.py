"""Norms of a pass, repeated with the deviations that they had the first time: then each of them is affine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

_LAYER = (F.layer_norm, torch.layer_norm)
_RMS = (F.rms_norm, torch.rms_norm)


class StillNorms:
    """Divides by the image's own deviation, call by call in their order; subtracting a mean is affine as it is.

    Parameters
    ----------
    scales : list of Tensor or None     1 / deviation of each call; None: this pass keeps its own in ``scales``
    """

    def __init__(self, scales: list[Tensor] | None = None) -> None:
        self.scales: list[Tensor] = [] if scales is None else scales
        self._known = scales is not None
        self._next = 0

    def of_rows(self, rows: slice, times: int) -> list[Tensor]:
        """The scales of some images, for a batch that holds them several times over."""
        return [
            scale[rows].repeat(times, *[1] * (scale.ndim - 1)) if len(scale) > 1 else scale for scale in self.scales
        ]

    def __call__(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a function of torch returns; of a norm, with its scale held still."""
        if func in _LAYER:
            return self._norm(True, *args, **kwargs)
        if func in _RMS:
            return self._norm(False, *args, **kwargs)
        if func is F.normalize:
            return self._to_the_sphere(*args, **kwargs)
        return func(*args, **kwargs)

    def _norm(
        self,
        centred: bool,
        input: Tensor,
        normalized_shape: Any,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        eps: float | None = None,
        cudnn_enable: bool = True,
    ) -> Tensor:
        axes = tuple(range(-len(normalized_shape), 0))
        x = input - input.mean(dim=axes, keepdim=True) if centred else input
        least = (1e-5 if centred else torch.finfo(x.dtype).eps) if eps is None else eps
        out = x * self._scale(lambda: (x.square().mean(dim=axes, keepdim=True) + least).rsqrt())
        out = out if weight is None else out * weight
        return out if bias is None else out + bias

    def _to_the_sphere(
        self, input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: None = None
    ) -> Tensor:
        return input * self._scale(lambda: 1 / input.norm(p, dim, keepdim=True).clamp_min(eps))

    def _scale(self, find: Callable[[], Tensor]) -> Tensor:
        """The scale of this call: kept from the first pass, or found and kept."""
        if not self._known:
            self.scales.append(find())
        self._next += 1
        return self.scales[self._next - 1]
