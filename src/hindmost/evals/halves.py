"""The object alone, the ground alone: which half of a picture decides."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import effective_n
from hindmost.core.halves import GroundRow, Halves
from hindmost.core.intervals import newcombe
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.evals._check import check_length, plain
from hindmost.evals.group_accuracy import group_accuracy


def halves(
    rows: Rows,
    whole: IntArray,
    object_alone: IntArray,
    ground_alone: IntArray,
    *,
    association: IntArray,
    level: float,
) -> Halves:
    """Accuracy on whole pictures and on objects alone; how far the ground alone decides the answer.

    Parameters
    ----------
    rows : Rows, n of them
    whole, object_alone, ground_alone : int arrays, shape (n,)     class that the head gives each picture
    association : int array, shape (k,)     class of each cue value, from ``training_association``
    level : float                           error level of the one-sided bounds of the accuracies

    Raises
    ------
    InputError
        A length does not fit.
    """
    for name, array in (("whole", whole), ("object_alone", object_alone), ("ground_alone", ground_alone)):
        check_length(name, array, len(rows))
    return Halves(
        group_accuracy(rows, whole, level=level),
        group_accuracy(rows, object_alone, level=level),
        _ground_rows(rows, ground_alone, association[rows.cue]),
    )


def _ground_rows(rows: Rows, said: IntArray, goes_with: IntArray) -> tuple[GroundRow, ...]:
    classes = np.unique(goes_with[goes_with >= 0]).tolist()
    shown = classes[-1:] if len(classes) == 2 else classes
    return tuple(_ground_row(rows, said == one, goes_with, one) for one in shown) if len(classes) > 1 else ()


def _ground_row(rows: Rows, says: BoolArray, goes_with: IntArray, one: int) -> GroundRow:
    named = goes_with >= 0
    with_it, without = named & (goes_with == one), named & (goes_with != one)
    difference, low, high = _difference(rows, says, with_it, without)
    return GroundRow(
        class_name=rows.naming.classes[one],
        n_with=int(with_it.sum()),
        n_without=int(without.sum()),
        rate_with=float(says[with_it].mean()),
        rate_without=float(says[without].mean()),
        difference=plain(difference),
        low=plain(low),
        high=plain(high),
    )


def _difference(rows: Rows, says: BoolArray, with_it: BoolArray, without: BoolArray) -> tuple[float, float, float]:
    """Mean of the differences within true class, and its interval from theirs (Zou & Donner 2008, eq. 8).

    Within true class, because what was filled may still show the outline of the object that was there.
    """
    c = len(rows.naming.classes)
    sides = [_counts(rows, says, side, c) for side in (with_it, without)]
    both = (sides[0][1] > 0) & (sides[1][1] > 0)
    if not both.any():
        return np.nan, np.nan, np.nan
    (k1, n1), (k2, n2) = ((k[both], n[both]) for k, n in sides)
    low, high = newcombe((k1, n1), (k2, n2))
    each = k1 / n1 - k2 / n2
    centre, parts = float(each.mean()), int(both.sum())
    down, up = (float(np.sqrt(np.sum((each - end) ** 2)) / parts) for end in (low, high))
    return centre, max(centre - down, -1.0), min(centre + up, 1.0)


def _counts(rows: Rows, says: BoolArray, side: BoolArray, c: int) -> tuple[FloatArray, FloatArray]:
    """Rows that say it, and rows, of each true class, shape (c,); repeated clusters as their effective number."""
    y = rows.y[side]
    cluster = None if rows.cluster is None else rows.cluster[side]
    counted = effective_n(y, cluster, c)
    n = np.bincount(y, minlength=c)
    return np.bincount(y, weights=says[side], minlength=c) * counted / np.maximum(n, 1), counted
