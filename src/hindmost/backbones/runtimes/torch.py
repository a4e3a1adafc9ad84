"""The runtime that is always there: torch itself, one thread a pass."""

from __future__ import annotations

from typing import Any

import torch

from hindmost.backbones.runtimes.engine import Pixels
from hindmost.backbones.runtimes.memory import keep_memory
from hindmost.backbones.runtimes.side_by_side import Arrays, Pass, SideBySide
from hindmost.backbones.runtimes.whole import Whole, in_dtype, replica
from hindmost.core.features import Embedded

# Images a pass. With one thread and fewer than 16 images torch computes float32 1 x 1 convolutions without oneDNN, in
# 1.6 times the processor time; bfloat16 always takes oneDNN, and smaller passes leave less idle at a batch's end.
SIZES = {"float32": 16, "bfloat16": 8}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def engine(whole: Whole, side: int, dtype: str) -> TorchEngine:
    """The network by torch; float32 or bfloat16."""
    return TorchEngine(whole, dtype)


class TorchEngine:
    """Folded batch norms, channels last, as many passes at once as torch has threads."""

    def __init__(self, whole: Whole, dtype: str = "float32") -> None:
        self.whole, self.dtype, self.size = whole, dtype, SIZES[dtype]
        self.workers = torch.get_num_threads()
        self._run: SideBySide | None = None  # made when first used: training never needs it

    def __call__(self, pixels: Pixels, *, maps: bool = False) -> Embedded:
        if self._run is None:
            self._run = self._prepared()
        return self._run(pixels, maps)

    def describe(self) -> dict[str, Any]:
        return {
            "runtime": f"torch {torch.__version__}",
            "processor": torch.backends.cpu.get_cpu_capability(),
            "dtype": self.dtype,
            "memory_format": "channels_last",
            "pass": self.size,
            "threads": 1,
        }

    def _prepared(self) -> SideBySide:
        keep_memory()
        whole = in_dtype(self.whole, DTYPES[self.dtype]).eval()
        threads = torch.get_num_threads()
        run = SideBySide(lambda: _alone(whole), self.size, self.workers)
        torch.set_num_threads(threads)  # torch also remembers the workers' 1 for threads to come
        return run


def _alone(whole: Whole) -> Pass:
    """A pass for the thread that calls this, which computes by itself from now on."""
    torch.get_num_threads()  # a thread's first look takes over the process's number: before it is set, not after
    torch.set_num_threads(1)
    mine = replica(whole)

    def run(pixels: Pixels, maps: bool) -> Arrays:
        with torch.inference_mode():
            found = mine(torch.from_numpy(pixels), maps=maps)
        return [tensor.contiguous().numpy() for tensor in found]

    return run
