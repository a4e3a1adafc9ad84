"""True curves of accuracy over labelled images of each group, set by where they start and where they arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from hindmost.core.rows import FloatArray

START = 4  # images of each group at which a curve begins
Kind = Literal["flat", "power", "discriminant", "exponential", "late"]


@dataclass(frozen=True)
class Shape:
    """A curve that is at ``start`` with 4 images and at ``value`` with ``at``.

    Parameters
    ----------
    kind : "flat", "power", "discriminant": of the families that an audit fits; "exponential", "late": of neither
    value, at : float               accuracy that is reached with so many images
    start : float                   accuracy with 4 images
    pace : float                    exponent of the power law; images in which an exponential nears its end; images at
                                    which a late curve is half way
    """

    kind: Kind
    value: float
    at: float = 600
    start: float = 0.55
    pace: float = 0.5

    def __call__(self, n: ArrayLike) -> FloatArray:
        """Accuracy with ``n`` images of each group."""
        images = np.asarray(n, dtype=np.float64)
        if self.kind == "flat":
            return np.full(images.shape, self.value)
        if self.kind == "discriminant":
            return self._discriminant(images)
        way, whole = self._way(images), float(self._way(np.array(float(self.at))))
        return np.asarray(self.start + (self.value - self.start) * way / whole)

    def _way(self, n: FloatArray) -> FloatArray:
        """How far from the start, in any unit."""
        if self.kind == "power":
            return np.asarray(START**-self.pace - n**-self.pace)
        if self.kind == "exponential":
            return np.asarray(-np.expm1(-(n - START) / self.pace))
        return np.asarray(ndtr(3 * np.log(n / self.pace)) - ndtr(3 * np.log(START / self.pace)))

    def _discriminant(self, n: FloatArray) -> FloatArray:
        """Phi(z / sqrt(1 + k / n)) through both points."""
        ratio = (ndtri(self.start) / ndtri(self.value)) ** 2
        k = (1 - ratio) / (ratio / START - 1 / self.at)
        return np.asarray(ndtr(ndtri(self.value) * np.sqrt((1 + k / self.at) / (1 + k / n))))
