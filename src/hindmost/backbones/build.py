"""From a module with weights to a Backbone, with the laws checked on a random batch.

Checked: the body followed by the last layer is the module's own output; folding batch norms changes
nothing that matters; the mean of the maps is the feature or what its last attention brings, or there are no maps.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hindmost.backbones.architecture import Architecture
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.cut import Cut
from hindmost.backbones.find_attended import find_attended
from hindmost.backbones.find_spread import find_spread, hear_norms
from hindmost.backbones.fold import folded
from hindmost.backbones.identity import hash_of_weights
from hindmost.backbones.last_layer import as_linear
from hindmost.backbones.runtimes.memory import keep_memory
from hindmost.backbones.runtimes.torch import TorchEngine
from hindmost.backbones.runtimes.whole import Spreading, Whole, normalised
from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.head import Head

LAW = 1e-3  # of the largest value: sums of thousands of float32 products, in another order


def build(name: str, architecture: Architecture, preprocessing: Preprocessing, source: str) -> Backbone:
    """Put a network with weights into inference form and check it.

    Raises
    ------
    InputError
        The last layer is not linear, is not all that follows the features, or the network cannot read
        images of this size.
    """
    keep_memory()  # before there are threads, where it can be
    module = architecture.module.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    cut, classifier = architecture.cut, architecture.classifier
    last = last_layer(name, module, classifier)
    x = _random_batch(preprocessing)
    with torch.inference_mode():
        with hear_norms(module) as norms:
            features, before, output = _first_pass(name, module, cut, x)
        if features.ndim != 2 or not _close(last(features), output, LAW):
            raise InputError(
                f"{name}: its last linear layer on its pooled features is not its output, so changing that layer "
                "is not changing its answer. Choose another --backbone."
            )
        inference = _checked_fold(module, cut, x, features)
        maps: Spreading | str = find_spread(module, before, features, norms)
        if isinstance(maps, str):
            maps, cut = _by_attention(module, cut, x, features, maps)
    body = inference or module
    spread = None if isinstance(maps, str) else maps
    whole = Whole(body, last_layer(name, body, classifier), cut, preprocessing, spread)
    return Backbone(
        name, source, module, whole, TorchEngine(whole), head_of(last), preprocessing, hash_of_weights(module),
        inference is not None, maps if isinstance(maps, str) else None,
    )  # fmt: skip


def _by_attention(module: nn.Module, cut: Cut, x: Tensor, features: Tensor, reason: str) -> tuple[Spreading | str, Cut]:
    """The same for a feature that attention gathers; the reason grows where that is not so either."""
    found = find_attended(module, cut, x, features)
    if found is None:
        return reason, cut
    return (f"{reason}. Attention to places gives no map either: {found}", cut) if isinstance(found, str) else found


def last_layer(name: str, module: nn.Module, classifier: str) -> nn.Linear:
    """The last layer as a plain linear one."""
    layer = module.get_submodule(classifier) if classifier else None
    linear = None if layer is None else as_linear(layer)
    if linear is None:
        came = "it has none of its own" if layer is None else f"it is {type(layer).__name__}"
        raise InputError(f"{name}: its last layer must be one linear layer, but {came}. Choose another --backbone.")
    return linear


def head_of(layer: nn.Linear) -> Head:
    """A linear layer as a Head, float64; one row becomes two."""
    coef = layer.weight.detach().double().numpy().copy()  # (c, d)
    bias = layer.bias if layer.bias is not None else torch.zeros(len(coef))
    intercept = bias.detach().double().numpy().copy()  # (c,)
    return Head(coef, intercept) if len(coef) > 1 else Head.from_binary(coef, intercept)


def _random_batch(preprocessing: Preprocessing) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    side = preprocessing.crop
    pixels = torch.randint(0, 256, (2, side, side, 3), dtype=torch.uint8, generator=generator)
    return normalised(pixels, preprocessing)


def _first_pass(name: str, module: nn.Module, cut: Cut, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
    try:
        features, before = cut(module, x)
        return features, before, module(x)
    except (RuntimeError, AssertionError, TypeError, ValueError) as error:
        raise InputError(f"{name} cannot read images of {x.shape[-1]} x {x.shape[-1]} pixels: {error}. "
                         "Leave out input_size, or choose another --backbone.") from error  # fmt: skip


def _checked_fold(module: nn.Module, cut: Cut, x: Tensor, features: Tensor) -> nn.Module | None:
    """The module with batch norms folded, or None where that is not possible or not the same function."""
    copy = folded(module)
    if copy is None:
        return None
    copy = copy.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return copy if _close(cut(copy, x)[0], features, LAW) else None


def _close(a: Tensor, b: Tensor, tolerance: float) -> bool:
    return a.shape == b.shape and bool((a - b).abs().max() <= tolerance * b.abs().max())
