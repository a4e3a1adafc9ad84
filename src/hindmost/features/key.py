"""The name of an extraction: everything that a feature depends on, in one hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hindmost.core.dataset import Preprocessing
from hindmost.core.fingerprint import of_json

RECIPE = 2  # counts changes of this room, or of decoding, that change a feature or how it is kept


def feature_key(
    image_hashes: Sequence[str],
    weights_hash: str,
    preprocessing: Preprocessing,
    extraction: Mapping[str, Any],
    positions: Sequence[int] = (),
) -> str:
    """Hash of what the features of these images, in this order, depend on.

    Parameters
    ----------
    image_hashes : sequence of str, length n    hash of each image file, in row order: batches are made in this order
    weights_hash : str                          of the network
    preprocessing : Preprocessing
    extraction : mapping of plain values        runtime, dtype, threads, recipe: ``Backbone.describe()``
    positions : sequence of int                 rows whose maps are kept

    Returns
    -------
    str, 64 hex digits
    """
    return of_json(
        {
            "recipe": RECIPE,
            "images": list(image_hashes),
            "weights": weights_hash,
            "preprocessing": asdict(preprocessing),
            "extraction": dict(extraction),
            "positions": [int(position) for position in positions],
        }
    )
