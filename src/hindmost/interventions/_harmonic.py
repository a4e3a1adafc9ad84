"""The smoothest filling of a hole: each pixel the mean of its neighbours, the rim held fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from hindmost.core.rows import BoolArray, IntArray

Values = NDArray[np.float32]

_EXACT = 5_000  # pixels of a hole up to which the equations are solved; above, at half the size first
_SWEEPS = 8
_OVER = np.float32(1.8)  # over-relaxation
_ALONE = 1e-7  # pull towards the mean: decides only where nothing known is touched


def harmonic(values: Values, hole: BoolArray, outside: BoolArray | None = None) -> Values:
    """``values`` with the hole filled by the solution of Laplace's equation; at the frame the slope is zero.

    Exact for holes of up to 5,000 pixels. A larger one is filled at half the size, which is the start of a
    few relaxations; on photographs of 256 pixels the error then is a few grey values at most. A piece of the
    hole that touches nothing known gets the mean of all that is known (0 where nothing is).

    Parameters
    ----------
    values : float32 array, shape (h, w, c)     what lies in the hole is not read
    hole : bool array, shape (h, w)
    outside : bool array, shape (h, w)          pixels that are neither filled nor read, as if the frame ended there

    Returns
    -------
    float32 array, shape (h, w, c); where nothing was filled the values that came
    """
    if not hole.any():
        return values
    beyond = np.zeros_like(hole) if outside is None else outside & ~hole
    filled = values.astype(np.float32)  # a copy
    filled[hole] = 0
    known = ~hole & ~beyond
    places = _with_neighbours(hole, beyond)
    if len(places[0]) <= _EXACT:
        return _solve(filled, hole, known, *places)
    weight = _sum_of_four(known.astype(np.float32)[..., None])
    holes = _sum_of_four(hole.astype(np.float32)[..., None])[..., 0] > 0
    empty = weight[..., 0] == 0
    mean = (_sum_of_four(filled * known[..., None]) / np.maximum(weight, 1)).astype(np.float32)
    coarse = harmonic(mean, empty & holes, empty & ~holes)
    share = _doubled((holes | ~empty).astype(np.float32)[..., None], hole.shape)[hole]
    filled[hole] = _doubled(np.where((empty & ~holes)[..., None], 0, coarse), hole.shape)[hole] / share
    return _relax(filled, hole, *places)


def _solve(filled: Values, hole: BoolArray, known: BoolArray, at: IntArray, near: IntArray) -> Values:
    """One sparse linear system; a neighbour that does not exist is the pixel itself and cancels out."""
    flat = filled.reshape(-1, filled.shape[2])
    n = len(at)
    number = np.full(hole.size, -1)
    number[at] = np.arange(n)
    neighbour = number[near]  # (4, n); -1 where known
    inside = (near != at) & (neighbour >= 0)
    degree = (near != at).sum(axis=0) + _ALONE
    lines = np.broadcast_to(np.arange(n), near.shape)[inside]
    entries = np.concatenate([degree, np.full(len(lines), -1.0)])
    rows, columns = np.concatenate([np.arange(n), lines]), np.concatenate([np.arange(n), neighbour[inside]])
    mean = known.ravel().astype(np.float32) @ flat / max(1, int(known.sum()))  # (c,)
    rim = np.einsum("kn,knc->nc", (neighbour < 0).astype(np.float32), flat[near]) + _ALONE * mean
    matrix = csc_matrix((entries, (rows, columns)), shape=(n, n))
    options = {"SymmetricMode": True}
    factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    flat[at] = factor.solve(rim.astype(np.float64))
    return filled


def _relax(filled: Values, hole: BoolArray, at: IntArray, near: IntArray) -> Values:
    """Bring each pixel of the hole nearer to the mean of its neighbours, even and odd pixels in turn."""
    flat = filled.reshape(-1, filled.shape[2])
    odd = (at // hole.shape[1] + at % hole.shape[1]) % 2 == 1
    halves = [(at[part], near[:, part]) for part in (odd, ~odd)]
    for _ in range(_SWEEPS):
        for here, (up, down, left, right) in halves:
            old = flat[here]
            flat[here] = old + _OVER * ((flat[up] + flat[down] + flat[left] + flat[right]) / np.float32(4) - old)
    return filled


def _with_neighbours(hole: BoolArray, beyond: BoolArray) -> tuple[IntArray, IntArray]:
    """Flat positions of the hole's pixels, (n,), and of their neighbours, (4, n); the pixel itself for none."""
    height, width = hole.shape
    rows, columns = np.nonzero(hole)
    up, down = np.maximum(rows - 1, 0), np.minimum(rows + 1, height - 1)
    left, right = np.maximum(columns - 1, 0), np.minimum(columns + 1, width - 1)
    near = np.stack([up * width + columns, down * width + columns, rows * width + left, rows * width + right])
    at = rows * width + columns
    return at, np.where(beyond.ravel()[near], at, near)


def _sum_of_four(values: Values) -> Values:
    height, width = values.shape[:2]
    padded = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    rows = padded[0::2] + padded[1::2]
    summed: Values = rows[:, 0::2] + rows[:, 1::2]
    return summed


def _doubled(values: Values, shape: tuple[int, ...]) -> Values:
    """Twice the size, linear between the centres of pixels."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), mode="edge")
    for axis in (0, 1):
        here, before, after = (np.roll(padded, by, axis) for by in (0, 1, -1))
        padded = np.stack([0.75 * here + 0.25 * before, 0.75 * here + 0.25 * after], axis=axis + 1)
        padded = padded.reshape(*(size * (2 if at == axis else 1) for at, size in enumerate(here.shape)))
    doubled: Values = padded[2 : 2 + shape[0], 2 : 2 + shape[1]]
    return doubled
