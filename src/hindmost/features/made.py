"""What a row's numbers depend on beside its own pixels: the name of a shelf, and its provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.fingerprint import of_json

RECIPE = 2  # counts changes of this room, or of decoding, that change a feature or how it is kept

Precision = Literal["float32", "float16"]
BATCH = 64


@dataclass(frozen=True)
class Made:
    """How the rows of one shelf were made. Rows of equal ``Made`` and equal content have equal numbers.

    Parameters
    ----------
    weights_hash : str              of the network
    preprocessing : Preprocessing
    extraction : mapping            plain values: runtime, dtype, threads, recipe (``Backbone.describe()``)
    batch : int                     images a forward pass; every pass has this shape
    precision : str                 "float32" or "float16": how features lie on disk; logits and maps are float32

    Raises
    ------
    InputError
        The batch is below 1 or the precision has another name.
    """

    weights_hash: str
    preprocessing: Preprocessing
    extraction: Mapping[str, Any]
    batch: int = BATCH
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise InputError(f"A batch needs at least 1 image, but {self.batch} came.")
        if self.precision not in ("float32", "float16"):
            raise InputError(f"precision must be float32 or float16, but {self.precision!r} came.")

    def plain(self) -> dict[str, Any]:
        """The same as plain values, for the schema of every shard. The code version is not part of it."""
        return {
            "recipe": RECIPE,
            "weights": self.weights_hash,
            "preprocessing": asdict(self.preprocessing),
            "extraction": dict(self.extraction),
            "batch": self.batch,
            "precision": self.precision,
        }

    @property
    def key(self) -> str:
        """Hash of all of it, 64 hex digits: the name of the shelf."""
        return of_json(self.plain())
