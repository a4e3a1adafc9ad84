"""Adam, for an array of any shape."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import FloatArray


class Adam:
    """First-order steps scaled by running means of the gradient and of its square.

    Parameters
    ----------
    at : float array       where to start; the array itself is moved by ``step``

    References
    ----------
    Kingma, Ba (2015), Adam: a method for stochastic optimization, ICLR; with its default constants.
    """

    def __init__(self, at: FloatArray, *, first: float = 0.9, second: float = 0.999, least: float = 1e-8) -> None:
        self.at = at
        self._first, self._second, self._least = first, second, least
        self._mean, self._square = np.zeros_like(at), np.zeros_like(at)
        self._steps = 0

    def step(self, gradient: FloatArray, rate: float) -> None:
        """Move one step down a gradient of the shape of ``at``."""
        self._steps += 1
        self._mean += (1 - self._first) * (gradient - self._mean)
        self._square += (1 - self._second) * (gradient * gradient - self._square)
        size = np.sqrt(self._square / (1 - self._second**self._steps)) + self._least
        self.at -= rate / (1 - self._first**self._steps) * (self._mean / size)
