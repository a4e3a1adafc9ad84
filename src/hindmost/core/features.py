"""Pooled features of every row, with what made them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hindmost.core.blocks import first_not_finite
from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, IntArray, Rows, Split


@dataclass(frozen=True)
class Features:
    """A matrix of pooled features beside its rows.

    Parameters
    ----------
    rows : Rows, n of them
    X : float32 array, shape (n, d)
    logits : float32 array, shape (n, c), or None     outputs of the network's own head, where it has one
    provenance : dict                                  what made them: weights, preprocessing, runtime, dtype
    early : float32 array, shape (n, c), or None       outputs of the same network early in its training

    Raises
    ------
    InputError
        Lengths differ, or a value is NaN or infinite.
    """

    rows: Rows
    X: NDArray[np.float32]
    logits: NDArray[np.float32] | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    early: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        for name in ("X", "logits", "early"):
            array = getattr(self, name)
            if array is None:
                continue
            if array.ndim != 2 or len(array) != len(self.rows):
                raise InputError(
                    f"{name} has shape {array.shape}, expected ({len(self.rows)}, columns). Pass one line per row."
                )
            bad = first_not_finite(array)
            if bad is not None:
                raise InputError(
                    f"{name} holds NaN or infinite values, first in row {str(self.rows.ids[bad])!r}. "
                    "Remove or recompute it."
                )

    def of(self, split: Split) -> Features:
        """The rows of one split, in their order."""
        return self.take(self.rows.mask(split))

    def take(self, where: BoolArray | IntArray) -> Features:
        """Rows chosen by a boolean mask or by positions, in that order; a mask that is one run copies nothing."""
        part = _run(where)
        logits = None if self.logits is None else self.logits[part]
        early = None if self.early is None else self.early[part]
        return Features(self.rows.take(part), self.X[part], logits, self.provenance, early)


def _run(where: BoolArray | IntArray) -> BoolArray | IntArray | slice:
    """A mask of consecutive rows as a slice."""
    if where.dtype != np.bool_ or not where.any():
        return where
    first, stop = int(where.argmax()), len(where) - int(where[::-1].argmax())
    return slice(first, stop) if stop - first == np.count_nonzero(where) else where


@dataclass(frozen=True)
class Activations:
    """The maps before pooling, for chosen rows.

    Parameters
    ----------
    positions : int array, shape (m,)        which rows of the features these are
    maps : float32 array, shape (m, d, h, w) their spatial mean is the pooled feature, or the part of it with places
    """

    positions: IntArray
    maps: NDArray[np.float32]


@dataclass(frozen=True)
class Embedded:
    """What a backbone says of one batch of n images.

    Parameters
    ----------
    X : float32 array, shape (n, d)              pooled features
    logits : float32 array, shape (n, c)         outputs of the network's own head, on the same features
    maps : float32 array, shape (n, d, h, w), or None    before pooling; only when asked for
    """

    X: NDArray[np.float32]
    logits: NDArray[np.float32] | None
    maps: NDArray[np.float32] | None = None
