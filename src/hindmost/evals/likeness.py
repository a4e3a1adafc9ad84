"""How alike two pictures are, whatever their size, compression, brightness or small crop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hindmost.core.rows import FloatArray

CELLS = 16  # side at which pictures are compared
KEPT = (1.0, 0.98, 0.96, 0.94, 0.92, 0.90, 0.88)  # shares of a side that a crop may have kept
PLACES = (0.0, 0.25, 0.5, 0.75, 1.0)  # where the crop sits, from the first edge to the last
CHUNK = 64  # pairs at a time

Grey = NDArray[np.float32]


def likeness(first: Grey, second: Grey) -> FloatArray:
    """Best correlation of gradients between two small grey pictures over crops of either, shape (m,).

    Gradients, not brightness: pictures of one kind share their lighting and layout, copies share their
    edges. 1 is the same picture; different pictures lie around 0.

    Parameters
    ----------
    first, second : float32 arrays, shape (m, side, side)

    Examples
    --------
    >>> grey = np.random.default_rng(0).random((1, 64, 64), dtype=np.float32)
    >>> float(likeness(grey, 0.5 * grey + 7).round(3)[0])
    1.0
    """
    scores = [np.empty(0)]
    for start in range(0, len(first), CHUNK):
        a, b = first[start : start + CHUNK], second[start : start + CHUNK]
        scores.append(np.maximum(_best(_whole(a), _windows(b)), _best(_whole(b), _windows(a))))
    return np.concatenate(scores).astype(np.float64)


def _best(whole: Grey, windows: Grey) -> Grey:
    """Highest correlation of each picture with the windows of its partner, shape (m,)."""
    return np.asarray(np.einsum("mf,mwf->mw", _edges(whole), _edges(windows)).max(axis=1))


def _edges(pictures: Grey) -> Grey:
    """Gradients down and across, each picture centred and scaled to length 1, shape (..., features)."""
    down, across = np.diff(pictures, axis=-2), np.diff(pictures, axis=-1)
    flat = np.concatenate([one.reshape(*one.shape[:-2], -1) for one in (down, across)], axis=-1)
    flat = flat - flat.mean(axis=-1, keepdims=True)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=-1, keepdims=True), 1e-6))


def _whole(pictures: Grey) -> Grey:
    """Pictures averaged to cells, shape (m, CELLS, CELLS)."""
    line = _averaging(pictures.shape[-1], 0.0, 1.0)
    return np.asarray(line @ pictures @ line.T)


def _windows(pictures: Grey) -> Grey:
    """Every crop of each picture, averaged to cells, shape (m, windows, CELLS, CELLS)."""
    crops = [_whole(pictures)[:, None]]
    for kept in KEPT[1:]:
        lines = np.stack([_averaging(pictures.shape[-1], place * (1 - kept), kept) for place in PLACES])
        down = lines @ pictures[:, None]  # (m, places, CELLS, side)
        both = down[:, :, None] @ lines.swapaxes(1, 2)  # (m, places, places, CELLS, CELLS)
        crops.append(np.asarray(both.reshape(len(pictures), -1, CELLS, CELLS), dtype=np.float32))
    return np.concatenate(crops, axis=1)


def _averaging(side: int, start: float, kept: float) -> Grey:
    """Averaging of the pixels in a window into cells of equal length, shape (CELLS, side), lines sum to 1."""
    edges = np.linspace(start * side, (start + kept) * side, CELLS + 1)
    left = np.maximum(edges[:-1, None], np.arange(side)[None, :])
    right = np.minimum(edges[1:, None], np.arange(1, side + 1)[None, :])
    return ((right - left).clip(0) / (edges[1] - edges[0])).astype(np.float32)
