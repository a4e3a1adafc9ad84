"""A norm between pooling and feature, with an image's own mean and deviation held still: then it is affine."""

from __future__ import annotations

import torch
from torch import Tensor, nn

Batch = nn.BatchNorm1d | nn.BatchNorm2d


def is_norm(module: nn.Module) -> bool:
    """Whether this room can hold it still: a layer norm, a group norm of one group or a batch norm."""
    if isinstance(module, nn.GroupNorm):
        return module.num_groups == 1
    if isinstance(module, Batch):
        return module.running_mean is not None
    return isinstance(module, nn.LayerNorm)


def frozen(norm: nn.Module, pooled: Tensor) -> tuple[Tensor, Tensor]:
    """Scale and shift, both (n, d) or (1, d), such that ``norm(pooled)`` is ``scale * pooled + shift``.

    Parameters
    ----------
    norm : nn.Module        one that ``is_norm`` accepts
    pooled : Tensor (n, d)  float32
    """
    assert isinstance(norm, nn.LayerNorm | nn.GroupNorm | Batch)
    mean, variance = _moments(norm, pooled)
    weight = torch.ones_like(pooled[:1]) if norm.weight is None else norm.weight.to(pooled.dtype)
    scale = weight / (variance + norm.eps).sqrt()
    shift = -mean * scale
    return scale, shift if norm.bias is None else shift + norm.bias.to(pooled.dtype)


def _moments(norm: nn.Module, pooled: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of each image over its features, or for a batch norm those that it keeps."""
    if isinstance(norm, Batch):
        assert norm.running_mean is not None
        assert norm.running_var is not None
        return norm.running_mean.to(pooled.dtype)[None], norm.running_var.to(pooled.dtype)[None]
    mean = pooled.mean(dim=1, keepdim=True)  # (n, 1)
    return mean, (pooled - mean).square().mean(dim=1, keepdim=True)
