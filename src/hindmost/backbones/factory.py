"""A network that the user's own code makes: ``package.module:factory``.

This runs the user's code on purpose: the module is imported, from the current directory or PYTHONPATH, and
the factory is called. The name must come from the user; a checkpoint that names one is refused.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Unpack

import torch
from torch import nn

from hindmost.backbones import _timm
from hindmost.backbones.architecture import Architecture, untrained, with_classes
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.find_cut import find_cut
from hindmost.backbones.identity import with_form
from hindmost.backbones.preprocessing import Reading, preprocessing_for
from hindmost.core.errors import InputError
from hindmost.core.fingerprint import of_bytes

CFG: dict[str, Any] = {  # where the factory names nothing else: ImageNet's scale, in timm's words
    "input_size": (3, 224, 224),
    "mean": (0.485, 0.456, 0.406),
    "std": (0.229, 0.224, 0.225),
    "crop_pct": 0.875,
    "interpolation": "bilinear",
    "crop_mode": "center",
}
COUNTS = ("n_classes", "num_classes")  # parameters of a factory that take the number of classes


def load(
    name: str, *, n_classes: int | None = None, pretrained: bool = True, seed: int = 0, **reading: Unpack[Reading]
) -> Backbone:
    """The network that a factory returns, with the weights that it has then.

    Parameters
    ----------
    name : str                  "package.module:factory"
    n_classes : int or None     given to the factory where it takes ``n_classes`` or ``num_classes``; a last layer
                                that has another number all the same is replaced by a fresh one
    pretrained : bool           True: the weights are those that the factory returns; False: its last layer starts small
    seed : int                  of torch while the factory runs
    **reading                   see ``preprocessing_for``

    Raises
    ------
    InputError      it cannot be imported or called, returns no network, or its cut is not found (see ``find_cut``)
    """
    network = _as_made(name, n_classes, seed) if pretrained else untrained(name, n_classes, seed)
    backbone = build(name, network, preprocessing_for(network.model_cfg, **reading), f"factory {name}")
    return replace(backbone, weights_hash=with_form(backbone.weights_hash, network.form))


def fresh(name: str, n_classes: int | None) -> Architecture:
    """What the factory makes, and its cut."""
    _timm.import_torchvision()  # beside some builds of torch, code that imports it works only after this
    with _current_directory():
        factory = _found(name)
        module, cfg = _read(name, _called(name, factory, n_classes))
    module = module.to("cpu", torch.float32)
    cut = find_cut(name, module, int(cfg["input_size"][-1]))
    network = Architecture(module, cut.classifier, cut, cfg, _form(factory, module))
    return with_classes(network, n_classes)


def _as_made(name: str, n_classes: int | None, seed: int) -> Architecture:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return fresh(name, n_classes)


@contextmanager
def _current_directory() -> Iterator[None]:
    """The current directory first among the places that Python imports from, as ``python -m`` has it."""
    here = os.getcwd()
    sys.path.insert(0, here)
    try:
        yield
    finally:
        if here in sys.path:
            sys.path.remove(here)


def _found(name: str) -> Callable[..., Any]:
    path, _, attribute = name.partition(":")
    try:
        found: Any = import_module(path)
    except ModuleNotFoundError as missing:
        if missing.name is None or not (path == missing.name or path.startswith(f"{missing.name}.")):
            raise InputError(
                f"{path} could not be imported: it needs {missing.name}, which is not installed."
            ) from missing
        raise InputError(
            f"There is no module {path!r} in the current directory or on PYTHONPATH. "
            "Run hindmost where the package lies, or set PYTHONPATH."
        ) from missing
    except Exception as error:  # the user's code may raise anything
        raise InputError(f"{path} could not be imported: {_words(error)}.") from error
    for part in attribute.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise InputError(f"{path} has no function {attribute!r}. Write package.module:factory.")
    factory: Callable[..., Any] = found
    return factory


def _called(name: str, factory: Callable[..., Any], n_classes: int | None) -> Any:
    try:
        takes = [count for count in COUNTS if count in inspect.signature(factory).parameters]
        return factory(**{takes[0]: n_classes}) if takes and n_classes is not None else factory()
    except Exception as error:  # the user's code may raise anything
        raise InputError(f"{name} was called and failed: {_words(error)}.") from error


def _read(name: str, made: Any) -> tuple[nn.Module, dict[str, Any]]:
    """The network and its data config, from what a factory returned."""
    module, said = made if isinstance(made, tuple) and len(made) == 2 else (made, {})
    if not isinstance(module, nn.Module) or not isinstance(said, Mapping):
        raise InputError(
            f"{name} must return a torch.nn.Module, or a pair of one and a dict of its preprocessing, but "
            f"{type(made).__name__} came."
        )
    unknown = sorted(set(said) - set(CFG))
    if unknown:
        raise InputError(f"{name}: its preprocessing names {unknown[0]!r}. It may name {', '.join(CFG)}.")
    cfg = {**CFG, **said}
    size = cfg["input_size"]
    return module, {**cfg, "input_size": (3, size, size) if isinstance(size, int) else tuple(size)}


def _form(factory: Callable[..., Any], module: nn.Module) -> str:
    """Hash of the source files of the factory and of every class of layer that is not torch's own, and of the layers.

    Functions that these files import from elsewhere are not seen.
    """
    makers = [factory, *{type(part) for part in module.modules()}]
    files = {_file(maker) for maker in makers if not str(getattr(maker, "__module__", "")).startswith("torch.")}
    return of_bytes(repr(module).encode(), *sorted(path.read_bytes() for path in files if path is not None))


def _file(maker: Any) -> Path | None:
    try:
        source = inspect.getsourcefile(maker)
    except TypeError:  # built in, or made by functools.partial
        return None
    return None if source is None or not Path(source).is_file() else Path(source)


def _words(error: BaseException) -> str:
    first = str(error).strip().partition("\n")[0].rstrip(".")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
