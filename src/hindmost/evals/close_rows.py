"""Rows of different splits whose features lie closer than rows of one split ever should."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.rows import FloatArray, IntArray

BLOCK = 1024  # rows at a time: a block of similarities takes 4 KiB a row of the other side
SAMPLE = 2000  # rows of one split whose nearest neighbours calibrate the threshold
LOW, MIDDLE = 0.1, 0.5  # quantiles that the lower tail is fitted to
_TINY = 1e-12


@dataclass(frozen=True)
class Unit:
    """Features centred and scaled to length 1, float32, shape (n, d)."""

    values: NDArray[np.float32]


def unit(X: NDArray[np.float32], centre: NDArray[np.bool_]) -> Unit:
    """Features minus the mean of the rows in ``centre``, each scaled to length 1.

    Without centring every pair of rectified features looks alike. A row at the centre stays zero.
    """
    moved = X.astype(np.float32) - X[centre].mean(axis=0, dtype=np.float64).astype(np.float32)
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return Unit(moved / np.maximum(length, _TINY))


def threshold(features: Unit, split: IntArray, *, expected: float, seed: int) -> float | None:
    """Cosine that about ``expected`` rows would pass by chance, if splits held no near duplicates.

    The distance from a row to its nearest neighbour in its own split says how close different pictures
    come. Its logarithm has an exponential lower tail (neighbours around a row follow a Poisson process, so
    ``P(distance < t)`` falls with a power of t), whose rate is fitted between the 10 % and the 50 %
    quantile. Being a matter of ratios, it holds for collapsed features as well.

    Parameters
    ----------
    features : Unit, n rows
    split : int array, shape (n,)
    expected : float        rows that may pass by chance, in (0, n)
    seed : int              drives the sample of rows

    Returns
    -------
    float or None       None where no split has three different rows

    References
    ----------
    Levina & Bickel (2004), NIPS 17: the power is the intrinsic dimension around a row.
    """
    rng = np.random.default_rng([seed, len(split)])
    largest = int(np.bincount(split, minlength=3).argmax())
    own = np.flatnonzero(split == largest)
    asked = rng.choice(own, min(SAMPLE, len(own)), replace=False)
    nearest = _nearest_in(features.values, asked, own)
    logs = np.log(nearest[nearest > _TINY])
    if len(logs) < 3 or np.ptp(logs) == 0:
        return None
    low, middle = np.quantile(logs, [LOW, MIDDLE])
    rate = (middle - low) / (_gumbel(MIDDLE) - _gumbel(LOW))
    share = min(expected / len(split), MIDDLE)
    distance = float(np.exp(middle - rate * (_gumbel(MIDDLE) - _gumbel(share))))
    return 1 - distance


def close_pairs(features: Unit, split: IntArray, cosine: float, *, most: int) -> tuple[IntArray, FloatArray]:
    """Pairs of rows of different splits with at least this cosine, the closest first.

    Returns
    -------
    pairs : int array, shape (m, 2)     positions, the later split first; m is at most ``most``
    cosines : float array, shape (m,)
    """
    found: list[IntArray] = []
    values: list[FloatArray] = []
    for later in (2, 1):
        others = np.flatnonzero(split < later)
        for block in _blocks(np.flatnonzero(split == later)):
            similar = features.values[block] @ features.values[others].T
            i, j = np.nonzero(similar >= cosine)
            found.append(np.stack([block[i], others[j]], axis=1))
            values.append(similar[i, j].astype(np.float64))
            found, values = _keep_closest(found, values, most)
    return found[0], values[0]


def _keep_closest(
    found: list[IntArray], values: list[FloatArray], most: int
) -> tuple[list[IntArray], list[FloatArray]]:
    pairs, cosines = np.concatenate(found), np.concatenate(values)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -cosines))[:most]
    return [pairs[order]], [cosines[order]]


def _nearest_in(values: NDArray[np.float32], asked: IntArray, own: IntArray) -> FloatArray:
    """Cosine distance of each asked row to its nearest other row among ``own``, shape (len(asked),)."""
    nearest = [np.empty(0)]
    for block in _blocks(asked):
        similar = values[block] @ values[own].T
        similar[block[:, None] == own[None, :]] = -2.0
        nearest.append(1 - similar.max(axis=1).astype(np.float64))
    return np.concatenate(nearest)


def _blocks(rows: IntArray) -> list[IntArray]:
    return [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]


def _gumbel(share: float) -> float:
    """Quantile of the standard Gumbel distribution of minima."""
    return float(np.log(-np.log1p(-share)))
