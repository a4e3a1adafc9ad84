"""Networks of timm by name, with the weights that timm publishes."""

from __future__ import annotations

from typing import Unpack

import torch

from hindmost.backbones import _timm
from hindmost.backbones.architecture import (
    Architecture,
    check_name,
    created,
    of_timm,
    start_small,
    untrained,
)
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.preprocessing import Reading, preprocessing_for
from hindmost.core.errors import InputError

_REMEDY = (
    "Pass weights of your own with --checkpoint FILE, or use tf_efficientnet_lite0, whose ImageNet weights are "
    "installed with hindmost[vision]."
)


def load(
    name: str, *, n_classes: int | None = None, pretrained: bool = True, seed: int = 0, **reading: Unpack[Reading]
) -> Backbone:
    """A network by its timm name.

    Parameters
    ----------
    n_classes : int or None     classes of a fresh last layer; None: the published one
    pretrained : bool           False: fresh weights everywhere, for tests and studies
    seed : int                  drives the values of whatever is fresh
    **reading                   see ``preprocessing_for``

    Raises
    ------
    InputError      the name is unknown, or its weights cannot be fetched
    """
    network = _published(name, n_classes, seed) if pretrained else untrained(name, n_classes, seed)
    source = f"timm {name} ({'published weights' if pretrained else 'untrained'})"
    return build(name, network, preprocessing_for(network.model_cfg, **reading), source)


def _published(name: str, n_classes: int | None, seed: int) -> Architecture:
    check_name(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            network = of_timm(created(name, n_classes, pretrained=True), name)
        except (OSError, RuntimeError, ValueError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise InputError(f"The published weights of {name} could not be fetched: {reason} {_REMEDY}") from error
        if n_classes not in (None, _timm.import_timm().get_pretrained_cfg(name).num_classes):
            start_small(network)
        return network
