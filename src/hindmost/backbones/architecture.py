"""A network by name and where it is cut: timm names, and "torchvision/NAME"."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import nn

from hindmost.backbones import _timm
from hindmost.backbones.backbone import Cut
from hindmost.backbones.cut import CutByHooks, cut_timm
from hindmost.core.errors import InputError

TORCHVISION = "torchvision/"

_TORCHVISION_CFG: dict[str, Any] = {  # what torchvision's published classifiers read, in timm's words
    "input_size": (3, 224, 224),
    "mean": (0.485, 0.456, 0.406),
    "std": (0.229, 0.224, 0.225),
    "crop_pct": 0.875,
    "interpolation": "bilinear",
}


@dataclass(frozen=True, eq=False)
class Architecture:
    """A network and what is known of its form.

    Parameters
    ----------
    module : nn.Module
    classifier : str        name of its last layer
    cut : Cut
    model_cfg : mapping     timm's data config
    """

    module: nn.Module
    classifier: str
    cut: Cut
    model_cfg: Mapping[str, Any]


def untrained(name: str, n_classes: int | None = None, seed: int = 0) -> Architecture:
    """A network with fresh weights, the same for the same seed.

    With ``n_classes``, the last layer starts small (see ``start_small``).

    Raises
    ------
    InputError      the name is not known
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if name.startswith(TORCHVISION):
            network = _of_torchvision(name.removeprefix(TORCHVISION), n_classes)
        else:
            check_name(name)
            network = of_timm(created(name, n_classes, pretrained=False))
        if n_classes is not None:
            start_small(network)
        return network


def start_small(network: Architecture) -> None:
    """Give a fresh last layer weights of deviation 0.01 and no bias, in place.

    Some architectures start it with weights near 1 / sqrt(classes), made for a thousand classes: with two,
    logits of +-10 that mean nothing, which training must first undo and which never leave the head entirely.
    """
    layer = network.module.get_submodule(network.classifier) if network.classifier else None
    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, std=0.01)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def of_timm(module: nn.Module) -> Architecture:
    """The form of a timm network."""
    classifier = module.get_classifier()  # type: ignore[operator]
    named = next((name for name, child in module.named_modules() if child is classifier), "")
    return Architecture(module, named, cut_timm, _timm.import_timm().data.resolve_model_data_config(module))


def created(name: str, n_classes: int | None, *, pretrained: bool) -> nn.Module:
    """What timm makes of a name; RuntimeError and OSError are for the caller to explain."""
    options = {} if n_classes is None else {"num_classes": n_classes}
    module: nn.Module = _timm.import_timm().create_model(name, pretrained=pretrained, **options)
    return module


def check_name(name: str) -> None:
    """Raise InputError, with names that are close, where timm does not know a name."""
    timm = _timm.import_timm()
    if timm.is_model(name):
        _check_tag(name, timm)
        return
    close = difflib.get_close_matches(name, timm.list_models(), n=3)
    meant = f" Close to it: {', '.join(close)}." if close else ""
    raise InputError(f"timm has no network named {name!r}.{meant} See timm.list_models() for all names.")


def _check_tag(name: str, timm: ModuleType) -> None:
    """The part after the dot, as in resnet18.a1_in1k, must be one that timm lists."""
    base, dot, _ = name.partition(".")
    tags = timm.list_pretrained(f"{base}.*")
    if dot and name not in tags:
        known = ", ".join(tags[:3]) or f"none; write {base}"
        raise InputError(f"timm has no weights named {name!r}. It has: {known}.")


def _of_torchvision(name: str, n_classes: int | None) -> Architecture:
    models = _timm.import_torchvision().models
    known = models.list_models(module=models)
    if name not in known:
        close = ", ".join(TORCHVISION + match for match in difflib.get_close_matches(name, known, n=3))
        raise InputError(
            f"torchvision has no classifier named {name!r}." + (f" Close to it: {close}." if close else "")
        )
    options = {} if n_classes is None else {"num_classes": n_classes}
    module = models.get_model(name, weights=None, **options)
    linear = [part for part, child in module.named_modules() if isinstance(child, nn.Linear)]
    pooling = [part for part, child in module.named_modules() if isinstance(child, nn.AdaptiveAvgPool2d)]
    cut = CutByHooks(linear[-1] if linear else "", pooling[-1] if pooling else None)
    return Architecture(module, cut.classifier, cut, _TORCHVISION_CFG)
