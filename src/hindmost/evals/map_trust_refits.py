"""Whether a map would come back: likeness of the maps of two halves of a head's own retrains."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.evals.cam import margin_maps
from hindmost.evals.map_trust_random import rank_likeness

SPLITS = 10


def refit_likeness(
    activations: NDArray[np.float32], coefs: FloatArray, y: IntArray, rival: IntArray, *, seed: int
) -> FloatArray:
    """Spearman's correlation of the signed maps of two halves of the single fits, shape (n,).

    A head that averages k fits is split at random into two averages of k / 2; the mean of ten splits. Each
    half averages half as many fits as the head that is used, so the head's own maps repeat somewhat better.

    Parameters
    ----------
    coefs : float array, shape (k, 1 or c, d), k >= 2    weights of the single fits on raw features
    """
    rng, k = np.random.default_rng(seed), len(coefs)
    orders = [rng.permutation(k) for _ in range(SPLITS)]
    halves = [_head(coefs[part].mean(axis=0)) for order in orders for part in (order[: k // 2], order[k // 2 :])]
    drawn = margin_maps(activations, halves, y, rival)  # (2 * SPLITS, n, h, w)
    found = [rank_likeness(first, second) for first, second in zip(drawn[::2], drawn[1::2], strict=True)]
    return np.asarray(np.mean(found, axis=0), dtype=np.float64)


def _head(coef: FloatArray) -> Head:
    """Maps have no use for the intercept."""
    return Head.from_binary(coef[0], np.zeros(1)) if len(coef) == 1 else Head(coef.copy(), np.zeros(len(coef)))
