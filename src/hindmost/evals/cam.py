"""Maps of the margin: where in the image a linear head finds its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.evals._check import check_length

_CHUNK = 128  # rows held in float64 at a time


def margin_maps(maps: NDArray[np.float32], heads: Sequence[Head], y: IntArray, rival: IntArray) -> FloatArray:
    """Class activation maps of the margin of each row, for several heads from the same activations.

    Where the feature is the mean over cells and the head is linear, so is the margin: the spatial mean of the map
    plus the difference of the two intercepts is the margin, exactly. Where the cells carry a part of the feature, the
    spatial mean is what that part brings to the margin.

    Parameters
    ----------
    maps : float32 array, shape (n, k, h, w)    activations whose spatial mean is the feature, or a part of it
    heads : sequence of Head, H of them
    y : int array, shape (n,)                   the class whose evidence is mapped
    rival : int array, shape (n,)               the class it is compared with

    Returns
    -------
    float64 array, shape (H, n, h, w)    raw evidence; positive speaks for ``y``

    References
    ----------
    Zhou et al. (2016), CVPR, "Learning deep features for discriminative localization".

    Examples
    --------
    >>> head = Head.from_binary(np.array([2.0]), np.array([0.5]))
    >>> margin_maps(np.ones((1, 1, 1, 2), np.float32), [head], np.array([1]), np.array([0])).tolist()
    [[[[2.0, 2.0]]]]
    """
    n, k, h, w = _shape(maps)
    check_length("y", y, n)
    check_length("rival", rival, n)
    if any(head.coef.shape[1] != k for head in heads):
        raise InputError(f"maps have {k} channels, a head reads another number. Pass maps and heads of one backbone.")
    weights = np.stack([head.coef[y] - head.coef[rival] for head in heads], axis=1)  # (n, H, k)
    cells = maps.reshape(n, k, h * w)
    evidence = np.empty((n, len(heads), h * w))
    for start in range(0, n, _CHUNK):
        rows = slice(start, start + _CHUNK)
        np.matmul(weights[rows], cells[rows].astype(np.float64), out=evidence[rows])
    return evidence.transpose(1, 0, 2).reshape(len(heads), n, h, w)


def _shape(maps: NDArray[np.float32]) -> tuple[int, int, int, int]:
    if maps.ndim != 4:
        raise InputError(f"maps have shape {maps.shape}, expected (rows, channels, height, width).")
    n, k, h, w = maps.shape
    return n, k, h, w
