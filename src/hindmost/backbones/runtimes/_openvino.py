"""The one place that imports OpenVINO, and keeps it from telling anybody.

Importing OpenVINO's converter sends usage data through the package ``openvino_telemetry``, without asking, where
that package can be imported. OpenVINO has a stand-in for machines without it; hindmost makes sure that the
stand-in is what it finds. Who imported OpenVINO before hindmost did has decided for themselves.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

from hindmost.core.errors import MissingExtra

_TELLS = "openvino_telemetry"


def import_openvino() -> ModuleType:
    """The module ``openvino``.

    Raises
    ------
    MissingExtra    it is not installed
    """
    silent = _TELLS not in sys.modules
    if silent:
        sys.modules[_TELLS] = None  # type: ignore[assignment]  # Python's own way to say: not to be found
    try:
        module = import_module("openvino")
        import_module("openvino.tools.ovc")
        return module
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "openvino":
            raise
        raise MissingExtra(
            'The runtime openvino needs the package openvino, which is not installed. Run: pip install "hindmost'
            '[openvino]", or choose the runtime torch.'
        ) from missing
    finally:
        if silent:
            del sys.modules[_TELLS]
