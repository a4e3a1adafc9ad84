"""OpenVINO on the processor: the traced network, compiled for one batch shape, one thread a stream."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from hindmost.backbones.runtimes._openvino import import_openvino
from hindmost.backbones.runtimes.engine import Pixels
from hindmost.backbones.runtimes.memory import keep_memory
from hindmost.backbones.runtimes.side_by_side import Arrays, Pass, SideBySide
from hindmost.backbones.runtimes.torch import TorchEngine
from hindmost.backbones.runtimes.whole import Whole
from hindmost.core.errors import InputError
from hindmost.core.features import Embedded

SIZE = 4  # images a pass: of 1, 4, 8 and 16 the fastest with one thread a stream, or within 2 % of it
HINTS = {"float32": "f32", "bfloat16": "bf16"}
LAW = 1e-3  # of the largest value, as in ``build``; bfloat16 is measured instead (see ``fidelity``)
SUMS = {"float32": LAW, "bfloat16": 0.05}  # a mean of maps against the feature; bfloat16 keeps eight bits
_REMEDY = "Choose the runtime torch."


def engine(whole: Whole, side: int, dtype: str) -> OpenVinoEngine:
    """The network by OpenVINO; float32 or bfloat16.

    Raises
    ------
    MissingExtra    OpenVINO is not installed
    InputError      it cannot run this network, or not in this dtype on this processor
    """
    return OpenVinoEngine(whole, side, dtype)


class OpenVinoEngine:
    """A compiled network with as many streams as torch has threads."""

    def __init__(self, whole: Whole, side: int, dtype: str = "float32") -> None:
        keep_memory()  # for the decoding beside it; OpenVINO keeps its own
        self._openvino = import_openvino()
        self.dtype, self.size = dtype, SIZE
        self.workers = torch.get_num_threads()
        pixels = _random_pixels(side)
        self._maps = TorchEngine(whole, dtype) if whole.maps is not None and whole.maps.partial else None
        self._compiled = _compiled(self._openvino, _traceable(whole), pixels, dtype, self.workers)
        self._run = SideBySide(self._alone, SIZE, self.workers)
        if dtype == "float32":
            _check(self(pixels), whole, pixels)
        if whole.maps is not None and self._maps is None:
            _check_maps(self(pixels, maps=True), SUMS[dtype])

    def __call__(self, pixels: Pixels, *, maps: bool = False) -> Embedded:
        if not maps or self._maps is None:
            return self._run(pixels, maps)
        return replace(self._run(pixels, False), maps=self._maps(pixels, maps=True).maps)

    def describe(self) -> dict[str, Any]:
        by_torch = {} if self._maps is None else {"maps_by": self._maps.describe()["runtime"]}
        return {
            **by_torch,
            "runtime": f"openvino {self._openvino.get_version()}",
            "processor": torch.backends.cpu.get_cpu_capability(),
            "dtype": self.dtype,
            "pass": self.size,
            "threads": 1,
        }

    def _alone(self) -> Pass:
        request = self._compiled.create_infer_request()

        def run(pixels: Pixels, maps: bool) -> Arrays:
            request.infer({0: pixels}, share_inputs=True)
            return [request.get_output_tensor(i).data.copy() for i in range(3 if maps else 2)]

        return run


def _traceable(whole: Whole) -> Whole:
    """Without maps that derivatives make: a trace records none, so torch makes those."""
    if whole.maps is None or not whole.maps.partial:
        return whole
    return Whole(whole.body, whole.last, whole.cut, whole.preprocessing, None, whole.dtype)


def _random_pixels(side: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (SIZE, side, side, 3), dtype=np.uint8)


def _compiled(openvino: Any, whole: Whole, pixels: Pixels, dtype: str, streams: int) -> Any:
    """The network for passes of the pixels' shape."""
    settings = {
        "INFERENCE_PRECISION_HINT": HINTS[dtype],  # left out, OpenVINO takes bfloat16 where the processor has it
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams,
        "ENABLE_CPU_PINNING": False,  # decoding moves between the same cores
    }
    try:
        model = openvino.convert_model(_traced(whole, pixels))
        model.reshape({0: openvino.PartialShape(list(pixels.shape))})
        compiled = openvino.Core().compile_model(model, "CPU", settings)
    except (RuntimeError, ValueError, TypeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"OpenVINO cannot run this network: {reason} {_REMEDY}") from error
    _check_precision(compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name(), HINTS[dtype])
    return compiled


def _check_precision(given: str, asked: str) -> None:
    """Raise InputError where OpenVINO quietly took another precision than it was told."""
    if given != asked:
        raise InputError(f"OpenVINO computes in {given} on this processor, but {asked} was asked. {_REMEDY}")


def _traced(whole: Whole, pixels: Pixels) -> Any:
    """The operations of one pass, recorded."""
    with warnings.catch_warnings(), torch.no_grad():
        # 2026-11-23: OpenVINO reads traces; from torch.export it cannot read networks folded in inference mode.
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is deprecated", DeprecationWarning)
        # Shapes read as constants are right: every pass has this shape. ``_check`` compares the outputs.
        warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
        return torch.jit.trace(whole.eval(), torch.from_numpy(pixels), check_trace=False)


def _check(found: Embedded, whole: Whole, pixels: Pixels) -> None:
    """Raise InputError where the compiled network is another function."""
    with torch.inference_mode():
        X, logits = (tensor.numpy() for tensor in whole(torch.from_numpy(pixels), maps=False))
    for ours, theirs in ((found.X, X), (found.logits, logits)):
        if ours is None or ours.shape != theirs.shape or not np.abs(ours - theirs).max() <= LAW * np.abs(theirs).max():
            raise InputError(f"OpenVINO's version of this network does not give its outputs. {_REMEDY}")


def _check_maps(found: Embedded, tolerance: float) -> None:
    """Raise InputError where the mean over cells is no longer the feature."""
    assert found.maps is not None
    off = np.abs(found.maps.mean(axis=(2, 3), dtype=np.float64) - found.X).max()
    if not off <= tolerance * np.abs(found.X).max():
        raise InputError(f"OpenVINO's version of this network gives maps whose mean is not its feature. {_REMEDY}")
