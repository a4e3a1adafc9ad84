"""How much of the margin the places of a map carry, where a part of the feature has no place."""

from __future__ import annotations

import numpy as np

from hindmost.core.map_trust import TrustPart
from hindmost.core.rows import FloatArray, IntArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals._resample import percentile_interval
from hindmost.evals._row_draws import row_counts
from hindmost.evals.map_trust import LEAST, judged, not_applicable

_ROUNDING = 1e-12  # of the sum of squares: a spread this small is none


def places_share(
    rows: Rows, brought: FloatArray, margin: FloatArray, y: IntArray, rival: IntArray, *, seed: int
) -> TrustPart:
    """Share of the variance of the margin that the sum over places explains, at most 1; below 0 where it misleads.

    It is 1 - variance of (margin - brought) / variance of the margin, both read from the lower class to the higher
    and around the mean of their pair of classes, so a constant, whatever it is, counts for neither. The interval is
    a bootstrap within groups and by cluster.

    Parameters
    ----------
    rows : Rows, n of them
    brought : float array (n,)      mean of the map of each image, in logits
    margin : float array (n,)       the margin itself
    y, rival : int arrays (n,)      the two classes of each margin
    """
    for name, array in (("brought", brought), ("margin", margin), ("y", y), ("rival", rival)):
        check_length(name, array, len(rows))
    if len(rows) < LEAST:
        return not_applicable("places", f"{LEAST} images are needed", len(rows))
    sign = np.where(y > rival, 1.0, -1.0)
    pair = np.unique(np.stack([np.minimum(y, rival), np.maximum(y, rival)]), axis=1, return_inverse=True)[1].ravel()
    among = np.eye(pair.max() + 1)[pair]  # (n, pairs)
    z, left = sign * margin, sign * (margin - brought)
    counts = row_counts(rows, seed)
    if counts is None:
        return not_applicable("places", "all images are of one cluster", len(rows))
    if _spread(np.ones((1, len(rows))), z, among)[0] <= _ROUNDING * float(z @ z):
        return not_applicable("places", "the margin is the same for all images", len(rows))
    drawn, value = (_explained(each, z, left, among) for each in (counts, np.ones((1, len(rows)))))
    return judged("places", len(rows), float(value[0]), *percentile_interval(drawn))


def _explained(counts: FloatArray, z: FloatArray, left: FloatArray, among: FloatArray) -> FloatArray:
    """One minus what is left of the spread, one for each line of counts; 0 where nothing varies."""
    whole = _spread(counts, z, among)
    return np.asarray(np.where(whole > 0, 1 - _spread(counts, left, among) / np.where(whole > 0, whole, 1.0), 0.0))


def _spread(counts: FloatArray, values: FloatArray, among: FloatArray) -> FloatArray:
    """Weighted sum of squares around the mean of each pair of classes, one for each line of counts."""
    values = values - values.mean()  # squares of large numbers would lose digits
    size, total = counts @ among, counts @ (among * values[:, None])  # (draws, pairs)
    return np.asarray(counts @ values**2 - (total**2 / np.maximum(size, 1.0)).sum(axis=1))
