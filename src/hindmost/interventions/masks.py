"""Core masks: which of them can carry an object out of its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from hindmost.core.rows import BoolArray, FloatArray

SMALL = 0.005  # share of the picture that an object covers at least
LARGE = 0.6  # and at most: beyond it hardly any ground is left to swap
IN_ONE = 0.8  # share of the mask that its largest piece holds at least
THUMB = 64  # side of the small masks that choose donors


@dataclass(frozen=True)
class MaskLook:
    """What one mask looks like.

    Parameters
    ----------
    area : float        share of the picture
    in_one : float      share of the mask that its largest piece holds; 0 for an empty mask
    """

    area: float
    in_one: float

    @property
    def fault(self) -> str:
        """Why the mask cannot be used; "" where it can."""
        if self.area == 0:
            return "empty"
        if self.area < SMALL:
            return f"under {SMALL:.1%} of the picture"
        if self.area > LARGE:
            return f"over {LARGE:.0%} of the picture"
        return "" if self.in_one >= IN_ONE else f"in pieces: the largest holds under {IN_ONE:.0%}"


def look_at(mask: BoolArray) -> MaskLook:
    """Area and unity of a mask, shape (h, w)."""
    pieces, count = label(mask)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    total = int(sizes.sum())
    return MaskLook(total / mask.size, float(sizes.max(initial=0)) / max(1, total))


def keep_largest(mask: BoolArray) -> BoolArray:
    """The largest piece of a mask, shape (h, w); an empty mask stays empty."""
    pieces, _ = label(mask)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray((pieces == sizes.argmax()) & mask)


def thumbnail(mask: BoolArray) -> FloatArray:
    """Share of each cell that the mask covers after the picture was squashed to a square, (THUMB, THUMB)."""
    rows, columns = (np.linspace(0, size, THUMB + 1).round().astype(int) for size in mask.shape)
    summed = np.pad(mask.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    at = np.ix_(rows, columns)
    total = np.diff(np.diff(summed[at], axis=0), axis=1)
    return np.asarray(total / np.maximum(np.outer(np.diff(rows), np.diff(columns)), 1))
