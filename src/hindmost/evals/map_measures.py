"""Six measures of where the evidence of one image lies against a region."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, FloatArray, IntArray

MEASURES = ("mass", "lift", "rank", "auc", "pointing", "density")
INSIDE = 0.5  # share from which a cell counts as inside, for the measures that need a yes or no


def region_measures(evidence: FloatArray, masks: NDArray[np.floating]) -> FloatArray:
    """All measures of every map, shape (6, ..., n), in the order of ``MEASURES``; nan where one is not defined.

    ``mass`` is the share of evidence inside the region, ``lift`` that share over the region's area,
    ``density`` the lift inside minus the lift outside: all three weigh each cell by the share of it that
    the mask covers. ``rank`` (of the K strongest cells, K being the number of cells inside, the share that
    lies inside), ``auc`` (of evidence as a score of being inside) and ``pointing`` (the strongest cell lies
    inside) take a cell as inside from a share of 0.5 on. Equal cells share ranks and places evenly.

    Parameters
    ----------
    evidence : float array, shape (..., n, h, w), >= 0    one sign of raw maps; scaling a map changes nothing
    masks : float array, shape (n, h, w), in 0..1         share of each cell that the region covers

    Raises
    ------
    InputError
        Shapes differ, or evidence is negative.

    References
    ----------
    Mass and rank: Arras, Osman, Samek (2022), Information Fusion 81, 14-40; mass as energy-based pointing:
    Wang et al. (2020), CVPR workshops (Score-CAM). Pointing: Zhang et al. (2018), IJCV 126, 1084-1102,
    here without its tolerance of 15 pixels, as a cell is larger. AUC: Fawcett (2006), Pattern Recognition
    Letters 27, 861-874. Density: Moayeri, Singla, Feizi (2022), NeurIPS (Hard ImageNet), here over the
    mean of the map instead of its range, so that a head's scale plays no part.
    """
    if evidence.shape[-3:] != masks.shape:
        raise InputError(f"Evidence has shape {evidence.shape}, masks {masks.shape}. Average the masks to its cells.")
    if (evidence < 0).any():
        raise InputError("Evidence holds negative values. Pass one sign at a time: max(map, 0) or max(-map, 0).")
    n, size = len(masks), masks.shape[1] * masks.shape[2]
    cells = evidence.reshape(*evidence.shape[:-2], size)  # (..., n, c)
    share = masks.reshape(n, size).astype(np.float64)  # (n, c)
    mass, area = _mass(cells, share), share.mean(axis=-1)
    lift = _over(mass, np.where(area > 0, area, np.nan))
    density = lift - _over(1 - mass, np.where(area < 1, 1 - area, np.nan))
    inside = share >= INSIDE
    exact = np.stack([_rank(cells, inside), _auc(cells, inside), _pointing(cells, inside)])
    count = inside.sum(axis=-1)
    split = (cells.max(axis=-1, initial=0) > 0) & (count > 0) & (count < inside.shape[-1])
    return np.stack([mass, lift, *np.where(split, exact, np.nan), density])


def _mass(cells: FloatArray, share: FloatArray) -> FloatArray:
    total = cells.sum(axis=-1)
    known = (total > 0) & (share.sum(axis=-1) > 0)
    return _over((cells * share).sum(axis=-1), np.where(known, total, np.nan))


def _over(a: FloatArray, b: FloatArray) -> FloatArray:
    """a / b, nan where b is nan."""
    return np.asarray(a / b, dtype=np.float64)


def _rank(cells: FloatArray, inside: BoolArray) -> FloatArray:
    """Share inside of the K strongest cells; places that equal cells contend for are shared evenly."""
    count = inside.sum(axis=-1)
    place = np.broadcast_to(np.maximum(count - 1, 0), cells.shape[:-1])[..., None]
    least = np.take_along_axis(-np.sort(-cells, axis=-1), place, axis=-1)  # the K-th strongest
    above, equal = cells > least, cells == least
    left = count - above.sum(axis=-1)
    hits = (above & inside).sum(axis=-1) + left * (equal & inside).sum(axis=-1) / equal.sum(axis=-1)
    return np.asarray(hits / np.maximum(count, 1), dtype=np.float64)


def _auc(cells: FloatArray, inside: BoolArray) -> FloatArray:
    """Mann-Whitney: a random cell inside has more evidence than one outside, equal ones counting half."""
    ranks = rankdata(cells, axis=-1) if cells.size else cells
    count: IntArray = inside.sum(axis=-1)
    pairs = np.maximum(count * (inside.shape[-1] - count), 1)
    return np.asarray(((ranks * inside).sum(axis=-1) - count * (count + 1) / 2) / pairs, dtype=np.float64)


def _pointing(cells: FloatArray, inside: BoolArray) -> FloatArray:
    """Share inside of the strongest cells."""
    top = cells == cells.max(axis=-1, keepdims=True, initial=0)
    return np.asarray((top & inside).sum(axis=-1) / np.maximum(top.sum(axis=-1), 1), dtype=np.float64)
