"""Which rows a step sees, the same for the same seed and epoch."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import IntArray


def shuffled(rows: IntArray, batch: int, seed: int, epoch: int) -> list[IntArray]:
    """Every row once, in a random order, in batches of nearly equal size.

    Sizes differ by at most one, so that no batch norm ever sees a tiny last batch.
    """
    order = np.random.default_rng([seed, epoch]).permutation(rows)
    return np.array_split(order, max(1, round(len(rows) / batch)))


def in_order(rows: IntArray, batch: int) -> list[IntArray]:
    """The rows as they come, for validation."""
    return [rows[start : start + batch] for start in range(0, len(rows), batch)]
