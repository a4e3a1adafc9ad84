"""What computes the forward pass: the same network, by one runtime or another.

``RUNTIMES`` names them; each entry is a callable that takes a ``Whole`` network, a batch side and a dtype and
returns an ``Engine``. Importing this room loads no torch and no runtime.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Literal, get_args

from hindmost.core.errors import InputError

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone
    from hindmost.backbones.runtimes.engine import Engine

Dtype = Literal["float32", "bfloat16"]

RUNTIMES: dict[str, str] = {
    "torch": "hindmost.backbones.runtimes.torch:engine",
    "openvino": "hindmost.backbones.runtimes.openvino:engine",
}

ABOUT: dict[str, str] = {
    "torch": "always there: folded batch norms, channels last, one pass per core",
    "openvino": "Intel's inference library, where hindmost[openvino] is installed: usually faster on a processor",
}


def on_runtime(backbone: Backbone, runtime: str, dtype: Dtype = "float32") -> Backbone:
    """The same network, embedding by another runtime or in another dtype.

    Parameters
    ----------
    backbone : Backbone
    runtime : str       a key of ``RUNTIMES``; for "auto" see ``choose_runtime``
    dtype : "float32" or "bfloat16"
        bfloat16 keeps 8 of float32's 24 significant bits: a declared choice, see ``fidelity``

    Raises
    ------
    InputError          the names are not known, or this runtime cannot run this network in this dtype here
    MissingExtra        the runtime is not installed
    """
    if runtime not in RUNTIMES:
        raise InputError(f"runtime must be one of {', '.join(RUNTIMES)}, but {runtime!r} came.")
    if dtype not in get_args(Dtype):
        raise InputError(f"dtype must be float32 or bfloat16, but {dtype!r} came.")
    module, _, attribute = RUNTIMES[runtime].partition(":")
    made: Engine = getattr(import_module(module), attribute)(backbone.whole, backbone.preprocessing.crop, dtype)
    return replace(backbone, engine=made)
