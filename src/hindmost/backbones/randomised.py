"""The same network with its latest layers made meaningless, for checks of explanations."""

from __future__ import annotations

import copy
from dataclasses import replace

import torch
from torch import nn

from hindmost.backbones.backbone import Backbone
from hindmost.backbones.runtimes.torch import TorchEngine
from hindmost.backbones.runtimes.whole import Whole

SHARE = 0.25  # of the body's weights, from the last layer backwards


def with_random_layers(backbone: Backbone, *, seed: int, share: float = SHARE) -> Backbone:
    """A copy whose latest weights are shuffled within their tensors; the last layer, the head, stays.

    Shuffling keeps the distribution of every tensor, so activations keep their size. Tensors are taken in the
    order of their registration, from the end, until they hold ``share`` of the body's weights.

    References
    ----------
    Adebayo et al. (2018), NeurIPS, "Sanity checks for saliency maps": cascading randomisation, its first steps.
    """
    whole = backbone.whole
    body = copy.deepcopy(whole.body)
    _shuffle(body, _latest(whole, share), seed)
    shuffled = Whole(body, whole.last, whole.cut, whole.preprocessing, whole.maps, whole.dtype)
    return replace(backbone, whole=shuffled, engine=TorchEngine(shuffled))


def _latest(whole: Whole, share: float) -> list[str]:
    """Names of the tensors to shuffle."""
    head = {tensor.data_ptr() for tensor in whole.last.parameters()}
    named = [(name, p) for name, p in whole.body.named_parameters() if p.data_ptr() not in head]
    wanted, taken, names = share * sum(p.numel() for _, p in named), 0, []
    for name, p in reversed(named):
        if taken >= wanted:
            break
        taken += p.numel()
        names.append(name)
    return names


def _shuffle(body: nn.Module, names: list[str], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    tensors = dict(body.named_parameters())
    with torch.no_grad():
        for name in names:
            flat = tensors[name].detach().flatten()
            tensors[name].copy_(flat[torch.randperm(len(flat), generator=generator)].view(tensors[name].shape))
