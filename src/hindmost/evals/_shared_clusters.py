"""Correlation of two groups' accuracies through the clusters that have rows in both."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import Pieces, pieces
from hindmost.core.rows import BoolArray, FloatArray, Rows
from hindmost.core.worst import tally


def correlations(rows: Rows, first: BoolArray, second: BoolArray) -> FloatArray:
    """Correlation of ``first`` in group g with ``second`` in group h, shape (n_groups, n_groups); 0 without clusters.

    A positive one narrows an interval, so it is shrunk by Newcombe's continuity correction (1998, 2641): half a row
    off the sum of products, not below 0.
    """
    if rows.cluster is None:
        return np.zeros((rows.n_groups, rows.n_groups))
    found = pieces(rows.group, rows.cluster)
    one, other = (_residuals(found, rows, right) for right in (first, second))
    shared = one.T @ other
    shared = np.where(shared > 0, np.maximum(shared - 0.5, 0.0), shared)
    scale = np.sqrt(np.outer((one**2).sum(axis=0), (other**2).sum(axis=0)))
    return np.where(scale > 0, shared / np.where(scale > 0, scale, 1.0), 0.0)


def _residuals(found: Pieces, rows: Rows, right: BoolArray) -> FloatArray:
    """Right rows of each cluster beyond its group's rate, shape (clusters, n_groups)."""
    hits, n = tally(right, rows.group, rows.n_groups)
    table = np.zeros((int(found.cluster.max(initial=-1)) + 1, rows.n_groups))
    table[found.cluster, found.part] = found.total(right - (hits / np.maximum(n, 1))[rows.group])
    return table
