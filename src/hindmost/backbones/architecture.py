"""A network by name and where it is cut."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import torch
from torch import nn

from hindmost.backbones import _timm
from hindmost.backbones.cut import Cut, cut_timm
from hindmost.backbones.find_cut import find_cut
from hindmost.backbones.last_layer import as_linear, n_outputs, of_classes
from hindmost.backbones.names import source_of
from hindmost.core.errors import InputError


@dataclass(frozen=True, eq=False)
class Architecture:
    """A network and what is known of its form.

    Parameters
    ----------
    module : nn.Module
    classifier : str        name of its last layer
    cut : Cut
    model_cfg : mapping     timm's data config
    form : str              hash of what the function depends on beside its tensors and its name; "": nothing
    """

    module: nn.Module
    classifier: str
    cut: Cut
    model_cfg: Mapping[str, Any]
    form: str = ""


def untrained(name: str, n_classes: int | None = None, seed: int = 0) -> Architecture:
    """A network with fresh weights, the same for the same seed.

    With ``n_classes``, the last layer starts small (see ``start_small``).

    Raises
    ------
    InputError      the name is not known
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _maker(name)(name, n_classes)
        if n_classes is not None:
            start_small(network)
        return network


def _maker(name: str) -> Callable[[str, int | None], Architecture]:
    """What makes a network with fresh weights of a name of this kind."""
    key = source_of(name)
    if key in ("timm", "efficientnet_lite0"):
        return _fresh_timm
    made: Callable[[str, int | None], Architecture] = import_module(f"hindmost.backbones.{key}").fresh
    return made


def _fresh_timm(name: str, n_classes: int | None) -> Architecture:
    check_name(name)
    return of_timm(created(name, n_classes, pretrained=False), name)


def with_classes(network: Architecture, n_classes: int | None) -> Architecture:
    """The same network; where its last layer has another number of classes, a fresh one takes its place."""
    old = network.module.get_submodule(network.classifier)
    if n_classes is None or n_outputs(old) == n_classes:
        return network
    network.module.set_submodule(network.classifier, of_classes(old, n_classes))
    start_small(network)
    return network


def start_small(network: Architecture) -> None:
    """Give a fresh last layer weights of deviation 0.01 and no bias, in place.

    Some architectures start it with weights near 1 / sqrt(classes), made for a thousand classes: with two,
    logits of +-10 that mean nothing, which training must first undo and which never leave the head entirely.
    """
    layer = network.module.get_submodule(network.classifier) if network.classifier else None
    if isinstance(layer, nn.Linear | nn.Conv2d):
        nn.init.normal_(layer.weight, std=0.01)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def of_timm(module: nn.Module, name: str = "the network") -> Architecture:
    """The form of a timm network: cut by timm's own protocol, or where it names no linear layer, by listening."""
    classifier = module.get_classifier()  # type: ignore[operator]
    cfg = _timm.import_timm().data.resolve_model_data_config(module)
    if as_linear(classifier) is not None:
        named = next(path for path, child in module.named_modules() if child is classifier)
        return Architecture(module, named, cut_timm, cfg)
    cut = find_cut(name, module, cfg["input_size"][-1])
    return Architecture(module, cut.classifier, cut, cfg)


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
