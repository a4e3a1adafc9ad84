"""The one place that imports timm, and the cure for a torchvision that cannot load its operators.

torchvision wheels of the package index are compiled for CUDA. Beside a CPU build of torch their binary
operators do not load, and importing torchvision (so timm) fails while it describes ``torchvision::nms``.
hindmost calls no such operator: declaring the two schemas is enough for the import to succeed.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

import torch

from hindmost.core.errors import MissingExtra

_SYMPTOM = "operator torchvision::nms does not exist"
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[torch.library.Library] = []  # a schema lives as long as its library object


def import_timm() -> ModuleType:
    """The module ``timm``, importable beside any build of torch.

    Raises
    ------
    MissingExtra    timm or torchvision is not installed
    """
    import_torchvision()
    return _import("timm")


def import_torchvision() -> ModuleType:
    """The module ``torchvision``, with the operators' schemas declared where its binaries do not load."""
    try:
        return _import("torchvision")
    except RuntimeError as error:
        if str(error) != _SYMPTOM:
            raise
    _forget("torchvision")
    _declare_schemas()
    return _import("torchvision")


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        raise MissingExtra(
            f'A network needs {missing.name}, which is not installed. Run: pip install "hindmost[vision]"'
        ) from missing


def _forget(package: str) -> None:
    """Drop what a failed import left behind, so that the next one starts clean."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]


def _declare_schemas() -> None:
    if _declared:
        return
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        library.define(schema)
    _declared.append(library)
