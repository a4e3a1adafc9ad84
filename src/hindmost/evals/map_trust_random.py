"""Whether a map depends on what was learned: likeness to maps of a head, or layers, that learned nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.evals._check import check_length
from hindmost.evals.cam import margin_maps

SHUFFLES = 10


def rank_likeness(maps: FloatArray, others: FloatArray) -> FloatArray:
    """Spearman's correlation of two maps over their cells, shape (..., n); 0 where one is the same everywhere.

    Parameters
    ----------
    maps, others : float arrays, shapes (n, h, w) and (..., n, h, w)

    Examples
    --------
    >>> a = np.arange(4.0).reshape(1, 2, 2)
    >>> rank_likeness(a, np.stack([a, -a, 0 * a])).ravel().tolist()
    [1.0, -1.0, 0.0]
    """
    a, b = (_centred(each) for each in (maps, others))
    size = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return np.asarray(np.where(size > 0, (a * b).sum(axis=-1) / np.where(size > 0, size, 1.0), 0.0))


def _centred(maps: FloatArray) -> FloatArray:
    cells = maps.reshape(*maps.shape[:-2], maps.shape[-2] * maps.shape[-1])
    ranks = rankdata(cells, axis=-1) if cells.size else cells
    return np.asarray(ranks - ranks.mean(axis=-1, keepdims=True) if cells.size else ranks)


def evidence_likeness(maps: FloatArray, others: FloatArray) -> FloatArray:
    """The same of the evidence for the true class alone, which is what the measures and the rules read."""
    return rank_likeness(np.maximum(maps, 0.0), np.maximum(others, 0.0))


def random_head_likeness(
    activations: NDArray[np.float32], maps: FloatArray, head: Head, y: IntArray, rival: IntArray, *, seed: int
) -> FloatArray:
    """Likeness of each map to that of the same head with its weights shuffled over the features, shape (n,).

    The map is a product of activations and last-layer weights, so a shuffled head is an exact and cheap
    parameter randomisation: sizes and zeros of the weights stay, what they learned goes. Mean of ten shuffles.

    References
    ----------
    Adebayo et al. (2018), NeurIPS, "Sanity checks for saliency maps".
    """
    check_length("maps", maps, len(activations))
    rng = np.random.default_rng(seed)
    shuffled = [Head(head.coef[:, rng.permutation(head.coef.shape[1])], head.intercept) for _ in range(SHUFFLES)]
    return np.asarray(evidence_likeness(maps, margin_maps(activations, shuffled, y, rival)).mean(axis=0))
