"""Checks at the border of the room, and the step from arrays to plain values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError


def check_length(name: str, array: NDArray[np.generic], n: int) -> None:
    """Raise where an array that belongs to rows has another length.

    Raises
    ------
    InputError
    """
    if array.ndim == 0 or len(array) != n:
        raise InputError(f"{name} has shape {array.shape}, expected {n} rows first. Pass one entry per row handed in.")


def plain(value: float) -> float | None:
    """A Python float, or None for nan."""
    return None if math.isnan(value) else float(value)
