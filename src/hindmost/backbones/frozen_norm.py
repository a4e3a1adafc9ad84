"""A norm between pooling and feature, with an image's own mean and deviation held still: then it is affine."""

from __future__ import annotations

import torch
from torch import Tensor, nn

Batch = nn.BatchNorm1d | nn.BatchNorm2d


def is_norm(module: nn.Module) -> bool:
    """Whether this room can hold it still: a layer norm, an RMS norm, a group norm of one group or a batch norm."""
    if isinstance(module, nn.GroupNorm):
        return module.num_groups == 1
    if isinstance(module, Batch):
        return module.running_mean is not None
    return isinstance(module, nn.LayerNorm) or _is_rms(module)


def frozen(norm: nn.Module, pooled: Tensor) -> tuple[Tensor, Tensor]:
    """Scale and shift, both (n, d) or (1, d), such that ``norm(pooled)`` is ``scale * pooled + shift``.

    Parameters
    ----------
    norm : nn.Module        one that ``is_norm`` accepts
    pooled : Tensor (n, d)  float32
    """
    mean, variance = _moments(norm, pooled)
    weight, bias = getattr(norm, "weight", None), getattr(norm, "bias", None)
    eps = getattr(norm, "eps", None)  # None: torch's RMS norm then takes the dtype's own
    scale = 1 / (variance + (torch.finfo(pooled.dtype).eps if eps is None else eps)).sqrt()
    if weight is not None:
        scale = scale * weight.to(pooled.dtype)
    shift = -mean * scale
    return scale.expand(-1, pooled.shape[1]), shift if bias is None else shift + bias.to(pooled.dtype)


def _moments(norm: nn.Module, pooled: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of each image over its features, or for a batch norm those that it keeps."""
    if isinstance(norm, Batch):
        assert norm.running_mean is not None
        assert norm.running_var is not None
        return norm.running_mean.to(pooled.dtype)[None], norm.running_var.to(pooled.dtype)[None]
    mean = pooled.mean(dim=1, keepdim=True)  # (n, 1)
    if _is_rms(norm):
        return torch.zeros_like(mean), pooled.square().mean(dim=1, keepdim=True)
    return mean, (pooled - mean).square().mean(dim=1, keepdim=True)


def _is_rms(module: nn.Module) -> bool:
    """Whether it is an RMS norm: torch's, or by its name that of timm, which is no relative of torch's."""
    return isinstance(module, nn.RMSNorm) or type(module).__name__.lower() == "rmsnorm"
