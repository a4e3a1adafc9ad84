"""Heads: the last layers that an audit compares, one file each, scikit-learn classifiers.

A key names a head or a preset of one. Nothing is imported before ``load`` is called.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from hindmost.core.errors import InputError

if TYPE_CHECKING:
    from hindmost.heads._linear import LinearHead

HEADS: dict[str, str] = {
    "erm": "hindmost.heads.erm:ERM",
    "refit": "hindmost.heads.refit:Refit",
    "threshold": "hindmost.heads.threshold:Threshold",
    "dfr": "hindmost.heads.dfr:DFR",
    "dfr-v1": "hindmost.heads.dfr:DFR",
}


def load(key: str) -> type[LinearHead]:
    """The class behind a key of ``HEADS``.

    Raises
    ------
    InputError
        The key is not registered; the message lists those that are.

    Examples
    --------
    >>> load("dfr").rows
    'val'
    """
    if key not in HEADS:
        raise InputError(f"Unknown head {key!r}. Choose from: {', '.join(HEADS)}.")
    module, name = HEADS[key].split(":")
    found: type[LinearHead] = getattr(import_module(module), name)
    return found
