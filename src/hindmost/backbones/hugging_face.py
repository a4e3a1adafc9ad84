"""Image classifiers of Hugging Face transformers: ``hf/FOLDER`` on disk, or ``hf/OWNER/NAME`` from the hub."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any, Unpack

import torch
from torch import nn

from hindmost.backbones import _timm
from hindmost.backbones._processor import data_config
from hindmost.backbones.architecture import Architecture, untrained, with_classes
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.find_cut import find_cut
from hindmost.backbones.identity import with_form
from hindmost.backbones.names import HUGGING_FACE, shown_name
from hindmost.backbones.preprocessing import Reading, preprocessing_for
from hindmost.core.errors import InputError, MissingExtra
from hindmost.core.fingerprint import of_json

_REMEDY = "Check the name; where there is no network, pass the folder of a saved model: hf/FOLDER."


def load(
    name: str, *, n_classes: int | None = None, pretrained: bool = True, seed: int = 0, **reading: Unpack[Reading]
) -> Backbone:
    """A model that ``AutoModelForImageClassification`` knows, with its image processor's size and scale.

    Parameters
    ----------
    name : str                  "hf/FOLDER" (config.json, preprocessor_config.json, weights) or "hf/OWNER/NAME"
    n_classes : int or None     classes of a fresh last layer; None: the published one
    pretrained : bool           False: fresh weights everywhere, for tests and studies
    seed : int                  drives the values of whatever is fresh
    **reading                   see ``preprocessing_for``

    Raises
    ------
    InputError      the model cannot be read or fetched, is no image classifier, or lacks weights
    MissingExtra    transformers is not installed
    """
    network = _published(name, n_classes, seed) if pretrained else untrained(name, n_classes, seed)
    shown, source = shown_name(name), "published weights" if pretrained else "untrained"
    backbone = build(shown, network, preprocessing_for(network.model_cfg, **reading), f"{shown} ({source})")
    return replace(backbone, weights_hash=with_form(backbone.weights_hash, network.form))


def fresh(name: str, n_classes: int | None) -> Architecture:
    """The architecture of a configuration, with fresh weights."""
    transformers = import_transformers()
    with _explained(name), _quiet():
        config = transformers.AutoConfig.from_pretrained(_place(name), trust_remote_code=False)
        if n_classes is not None:
            config.num_labels = n_classes
        model = transformers.AutoModelForImageClassification.from_config(config, dtype=torch.float32)
    return _network(name, model)


def _published(name: str, n_classes: int | None, seed: int) -> Architecture:
    transformers = import_transformers()
    with _explained(name), _quiet():
        model, report = transformers.AutoModelForImageClassification.from_pretrained(
            _place(name), dtype=torch.float32, trust_remote_code=False, output_loading_info=True
        )
    network = _network(name, model)
    missing = sorted(report["missing_keys"])
    if n_classes is not None:  # its last layer may be missing: a fresh one is meant
        missing = [key for key in missing if not key.startswith(f"{network.classifier}.")]
    if missing:
        raise InputError(
            f"{name} holds no weights for {len(missing)} tensors of its classifier ({missing[0]}). Pass a model that "
            "was trained to classify, or train one with `hindmost train`."
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return with_classes(network, n_classes)


def _network(name: str, model: nn.Module) -> Architecture:
    """The model with logits as its output, and its cut."""
    model.eval().register_forward_hook(_logits_only)
    with _explained(name):
        cfg = data_config(name, _processor(name))
    cut = find_cut(name, model, cfg["input_size"][-1])
    return Architecture(model, cut.classifier, cut, cfg, _form(model))


def _logits_only(model: nn.Module, inputs: Any, output: Any) -> Any:
    """A hook: the logits of a ``ModelOutput``."""
    return output.logits if hasattr(output, "logits") else output


def _form(model: Any) -> str:
    """Hash of the configuration, less what names and places it."""
    config = model.config.to_diff_dict()
    dropped = ("_name_or_path", "transformers_version", "dtype", "id2label", "label2id", "architectures")
    return of_json({key: value for key, value in config.items() if key not in dropped})


def _processor(name: str) -> dict[str, Any]:
    """What the image processor's file says."""
    from transformers.image_processing_base import ImageProcessingMixin

    with _quiet():
        said, _ = ImageProcessingMixin.get_image_processor_dict(_place(name))
    return dict(said)


def _place(name: str) -> str:
    return name.removeprefix(HUGGING_FACE)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """What transformers raises for a name, as one sentence."""
    try:
        yield
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise InputError(f"{name} could not be loaded: {reason}. {_REMEDY}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """No bars and no advice while a model is read: what matters of it becomes an error here."""
    from transformers.utils import logging as theirs

    level, bars = theirs.get_verbosity(), theirs.is_progress_bar_enabled()
    theirs.set_verbosity(logging.ERROR)
    theirs.disable_progress_bar()
    try:
        yield
    finally:
        theirs.set_verbosity(level)
        if bars:
            theirs.enable_progress_bar()


def import_transformers() -> ModuleType:
    """The module ``transformers``, after torchvision has been made to load beside any build of torch.

    Raises
    ------
    MissingExtra    it is not installed
    """
    _timm.import_torchvision()
    try:
        import transformers
    except ModuleNotFoundError as missing:
        raise MissingExtra(
            f'A Hugging Face model needs {missing.name}, which is not installed. Run: pip install "hindmost[vision,hf]"'
        ) from missing
    module: ModuleType = transformers
    return module
