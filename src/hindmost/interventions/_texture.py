"""A hole filled by other parts of the same picture, their seams made invisible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import binary_dilation

from hindmost.core.rows import BoolArray, FloatArray
from hindmost.interventions._harmonic import Values, harmonic

_SEARCH = 64  # pixels of the longer side on which the best shift is looked for
_RIM = 2  # pixels around the hole, there, in which original and copy must agree
_UNCOVERED = 3.0  # price of a hole that a shift does not cover; 1 is the squared difference of two random pixels
_ROUNDS = 4  # shifts; what they leave uncovered is filled harmonically
_LITTLE = 0.02  # share of a hole below which another shift is not worth its time


def texture(values: Values, hole: BoolArray, outside: BoolArray) -> Values:
    """``values`` with the hole filled by the picture itself, shifted to where it fits the hole's rim best.

    A hole that one shift does not cover gets a second one, and so on. Each copy is corrected by the harmonic
    filling of its difference at the rim (the membrane of Poisson cloning), so that no seam shows.

    Parameters
    ----------
    values : float32 array, shape (h, w, 3)
    hole : bool array, shape (h, w)
    outside : bool array, shape (h, w)      pixels that are neither filled nor read

    References
    ----------
    Perez, Gangnet, Blake (2003), ACM Transactions on Graphics 22, 313-318 (the membrane).
    """
    beyond = outside & ~hole
    known, left = ~hole & ~beyond, hole
    for _ in range(_ROUNDS):
        if left.sum() <= _LITTLE * hole.sum() or not known.any():
            break
        down, right = best_shift(values, left, known, ~beyond)
        copy, covered = _shifted(values, known, down, right)
        use = left & covered
        if not use.any():
            break
        offset = harmonic(values - copy, use, ~covered | left | beyond)
        values = np.where(use[..., None], copy + offset, values).astype(np.float32)
        left = left & ~covered
    return harmonic(values, left, beyond)


def best_shift(values: Values, gap: BoolArray, known: BoolArray, readable: BoolArray) -> tuple[int, int]:
    """Rows and columns between a gap and the known part of the picture that fits its rim best.

    Parameters
    ----------
    values : float32 array, shape (h, w, 3)
    gap, known, readable : bool arrays, shape (h, w)    what is missing; what may be copied; what a rim may hold
    """
    step = max(1, -(-max(gap.shape) // _SEARCH))
    small = values[::step, ::step].astype(np.float64)
    lacking, usable = gap[::step, ::step], known[::step, ::step]
    if not lacking.any() or not usable.any():
        return 0, 0  # covers nothing: what is left is filled harmonically
    rim = binary_dilation(lacking, iterations=_RIM) & ~lacking & readable[::step, ::step]
    cost = _cost(small, lacking, usable, rim)
    row, column = np.unravel_index(int(np.argmin(cost)), cost.shape)
    down, right = (_signed(int(at), size) for at, size in zip((row, column), cost.shape))
    return down * step, right * step


def _cost(small: FloatArray, gap: BoolArray, known: BoolArray, rim: BoolArray) -> FloatArray:
    """For every shift: mean squared difference at the rim, and a price for what stays uncovered."""
    shape = tuple(next_fast_len(2 * size) for size in gap.shape)
    source = known.astype(np.float64)
    usable = rfft2(source, shape)
    count = _correlate(rim, usable, shape)
    uncovered = 1 - _correlate(gap, usable, shape) / gap.sum()
    squared = _correlate(rim * (small**2).sum(axis=2), usable, shape)
    squared += _correlate(rim, rfft2(source * (small**2).sum(axis=2), shape), shape)
    for values in np.moveaxis(small, 2, 0):
        squared -= 2 * _correlate(rim * values, rfft2(values * source, shape), shape)
    enough = count > 0.5 * rim.sum()
    mean = np.where(enough, squared / np.maximum(count, 1), squared.max(initial=0.0) + 1e6)
    random_pixels = 2 * small[known].var(axis=0).sum()
    return np.asarray(mean + _UNCOVERED * random_pixels * uncovered)


def _correlate(first: NDArray[np.generic], second: NDArray[np.complex128], shape: tuple[int, ...]) -> FloatArray:
    """Sum over p of first(p) second(p + shift), for every shift, wrapped; ``second`` comes transformed."""
    return np.asarray(irfft2(np.conj(rfft2(first.astype(np.float64), shape)) * second, shape))


def _signed(at: int, size: int) -> int:
    return at - size if at > size // 2 else at


def _shifted(values: Values, known: BoolArray, down: int, right: int) -> tuple[Values, BoolArray]:
    """The picture read ``down`` and ``right`` of each pixel, and where something known was read."""
    height, width = known.shape
    rows, columns = np.arange(height) + down, np.arange(width) + right
    inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))[None, :]
    at = np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1))
    return values[at], np.asarray(inside & known[at])
