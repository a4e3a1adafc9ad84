"""How another process makes the very same network: from the bytes of its weights, which travel with the recipe.

Files of weights need not lie where every machine sees them: a network that was trained in this run lies in the cache.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hindmost import backbones

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone
    from hindmost.backbones.runtimes import Dtype

Recipe = Callable[[], "Backbone"]


@dataclass(frozen=True)
class OfWeights:
    """The network of a file of weights. Pickled, it holds the content of the file in place of its path.

    Parameters
    ----------
    checkpoint : Path
    name : str or None      see ``backbones.load``
    reading : dict          preset, input_size, longest_side, where they are given
    """

    checkpoint: Path
    name: str | None = None
    reading: dict[str, Any] = field(default_factory=dict)

    def __call__(self) -> Backbone:
        return backbones.load(self.name, checkpoint=self.checkpoint, **self.reading)

    def __reduce__(self) -> tuple[Any, ...]:
        content = self.checkpoint.read_bytes()
        return partial, (_of_content, content, self.checkpoint.name, self.name, self.reading)


def _of_content(content: bytes, file: str, name: str | None, reading: dict[str, Any]) -> Backbone:
    with tempfile.TemporaryDirectory(prefix="hindmost-") as folder:
        path = Path(folder) / file
        path.write_bytes(content)
        return OfWeights(path, name, reading)()


def moved(recipe: Recipe, runtime: str, dtype: Dtype) -> Backbone:
    """The network of a recipe on a runtime that was chosen before."""
    from hindmost.backbones.runtimes import on_runtime

    return on_runtime(recipe(), runtime, dtype)
