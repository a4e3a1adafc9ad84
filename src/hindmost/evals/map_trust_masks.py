"""Whether a map follows its own image: its lift in its own mask against the masks of other images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hindmost.core.rows import BoolArray, FloatArray, IntArray
from hindmost.evals._check import check_length


def own_mask_gain(maps: FloatArray, masks: NDArray[np.floating], known: BoolArray, group: IntArray) -> FloatArray:
    """Lift of positive evidence in the own mask minus its mean over the masks of the same group, shape (n,).

    Objects are mostly in the middle, so evidence that always sits there has a lift in any mask. What is left
    after the masks of other images are taken off is the map's answer to this image.

    Parameters
    ----------
    maps : float array (n, h, w)        raw margin evidence
    masks : float array (n, h, w)       share of each cell inside, in 0..1
    known : bool array (n,)             the mask may be used
    group : int array (n,)

    Returns
    -------
    float array (n,); nan without positive evidence, without a mask, or alone in its group
    """
    for name, array in (("masks", masks), ("known", known), ("group", group)):
        check_length(name, array, len(maps))
    n = len(maps)
    positive = np.maximum(maps, 0.0).reshape(n, -1) if n else np.zeros((0, 1))
    share = masks.reshape(n, -1).astype(np.float64) if n else np.zeros((0, 1))
    total, area = positive.sum(axis=1), share.mean(axis=1)
    usable = np.flatnonzero(known & (total > 0) & (area > 0))
    gain = np.full(n, np.nan)
    for g in np.unique(group[usable]).tolist():
        mine = usable[group[usable] == g]
        if len(mine) < 2:
            continue
        lift = (positive[mine] @ share[mine].T) / total[mine, None] / area[mine]  # (m, m): map by mask
        own = np.diagonal(lift)
        gain[mine] = own - (lift.sum(axis=1) - own) / (len(mine) - 1)
    return gain
