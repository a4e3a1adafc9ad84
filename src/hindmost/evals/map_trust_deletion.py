"""Whether the places that a map names matter to the network: deletion and insertion of pixels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hindmost.core.head import Head, margins
from hindmost.core.rows import FloatArray, IntArray
from hindmost.evals._check import check_length

SHARES = (0.1, 0.25, 0.5, 0.75)  # of the cells
Embed = Callable[[NDArray[np.uint8]], NDArray[np.floating]]


def insertion_minus_deletion(
    pixels: NDArray[np.uint8], maps: FloatArray, head: Head, y: IntArray, rival: IntArray, embed: Embed
) -> FloatArray:
    """Margin when the least supporting cells are greyed out minus the margin when the most supporting are, (n,).

    The mean over four shares of the cells, in logits. Keeping the strongest cells is insertion, losing them
    deletion; their difference is positive where the network needs most what the map calls strongest, and 0 on
    average for a map that names places at random. A cell is greyed by the mean colour of its image.

    Parameters
    ----------
    pixels : uint8 array (n, side, side, 3)
    maps : float array (n, h, w)        raw margin evidence
    embed : callable                    pixels (m, side, side, 3) -> features (m, d)

    References
    ----------
    Petsiuk, Das, Saenko (2018), BMVC (RISE); Samek et al. (2017), IEEE TNNLS 28, 2660-2673.
    """
    for name, array in (("maps", maps), ("y", y), ("rival", rival)):
        check_length(name, array, len(pixels))
    n, h, w = maps.shape
    order = np.argsort(np.argsort(-maps.reshape(n, h * w), axis=1, kind="stable"), axis=1)  # rank of each cell, 0: top
    grey = np.round(pixels.mean(axis=(1, 2), keepdims=True)).astype(np.uint8)
    total = np.zeros(n)
    for share in SHARES:
        size = max(1, round(share * h * w))
        for lost, sign in ((order >= h * w - size, 1), (order < size, -1)):
            where = _to_pixels(lost.reshape(n, h, w), pixels.shape[1:3])
            seen = head.logits(embed(np.where(where[..., None], grey, pixels)))
            total += sign * margins(seen, y, rival) / len(SHARES)
    return total


def _to_pixels(cells: NDArray[np.bool_], size: tuple[int, ...]) -> NDArray[np.bool_]:
    """Each pixel takes the cell that its centre lies in."""
    _, h, w = cells.shape
    down, across = ((np.arange(side) + 0.5) * k // side for side, k in zip(size, (h, w)))
    return np.asarray(cells[:, down.astype(int)][:, :, across.astype(int)])
