"""Which class each cue value goes with in training."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import IntArray, Rows


def training_association(train_rows: Rows) -> IntArray:
    """The class with the largest lift ``P(y | cue) / P(y)`` for each cue value.

    Parameters
    ----------
    train_rows : Rows

    Returns
    -------
    int array, shape (k,); -1 for a cue value that training never shows. Lift, not frequency: in a mix of
    90 % class 0, every cue would go with class 0. Classes tied at the largest lift (balanced training ties
    all of them) are dealt out in turn, so that a swap between two cue values still has a direction.
    """
    k, c = len(train_rows.naming.cues), len(train_rows.naming.classes)
    counts = np.bincount(train_rows.group, minlength=k * c).reshape(c, k)
    class_share = counts.sum(axis=1, keepdims=True) / max(len(train_rows), 1)
    cue_rows = counts.sum(axis=0)
    within = counts / np.maximum(cue_rows, 1)
    lift = np.where(class_share > 0, within / np.where(class_share > 0, class_share, 1.0), 0.0)
    tied = lift >= lift.max(axis=0, keepdims=True) * (1 - 1e-9)
    turn = np.arange(k) % tied.sum(axis=0)
    chosen = (tied & (tied.cumsum(axis=0) == turn + 1)).argmax(axis=0)
    return np.where(cue_rows > 0, chosen, -1).astype(np.int64)
