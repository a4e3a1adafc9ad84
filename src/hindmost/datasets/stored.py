"""What every file of embeddings gives before it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.datasets.columns import find, listed
from hindmost.datasets.table import Table

FEATURES = ("x", "features", "embedding", "embeddings")
LOGITS = ("logits",)
EARLY = ("early_logits",)


@dataclass(frozen=True)
class Stored:
    """Raw arrays and the table beside them.

    Parameters
    ----------
    features : array (n, d) as stored
    logits : array (n, c) or None
    table : Table
    roles : dict                "features", "logits" -> array or columns, for the echo
    head : Head or None         the network's own last layer
    early : array (n, c) or None    logits of the network early in its training
    """

    features: NDArray[np.generic]
    logits: NDArray[np.generic] | None
    table: Table
    roles: dict[str, str]
    head: Head | None = None
    early: NDArray[np.generic] | None = None


def feature_name(path: Path, names: Sequence[str]) -> str:
    """The array that holds the features.

    Raises
    ------
    InputError
        None, or two of equal rank.
    """
    found = find(names, FEATURES, "features")
    if found is None:
        raise InputError(f"{path} has no array X: it holds {listed(names)}. Store the features as X (rows, columns).")
    return found
