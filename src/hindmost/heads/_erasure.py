"""Taking the cue out of the features within each class: what is learned from rows, and when there are too few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.errors import EmptyStratum
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._leace import Eraser, leace, within_class
from hindmost.heads._scaler import Scaler, scaler_of
from hindmost.heads._strata import Strata

MIN_ROWS = 10


@dataclass(frozen=True)
class Erasure:
    """Standardise, then erase.

    Parameters
    ----------
    scaler : Scaler
    eraser : Eraser      in the scaler's units
    rows : int           rows that both were estimated from
    smallest : int       rows of the smallest stratum that was told from another one of its class; 0: none was
    """

    scaler: Scaler
    eraser: Eraser
    rows: int
    smallest: int

    def __call__(self, X: FloatArray) -> FloatArray:
        """Standardised rows without the cue, shape (n, d)."""
        return self.eraser(self.scaler(X))

    def fold(self, coef: FloatArray, intercept: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weights (k, d) and intercepts (k,) on raw features."""
        return self.scaler.fold(*self.eraser.fold(coef, intercept))


def erasure_of(X: FloatArray, y: IntArray, groups: Strata) -> Erasure:
    """The erasure that rows X (n, d) of class positions y (n,) and their strata give."""
    scaler = scaler_of(X)
    rows, concept = within_class(scaler(X), y, groups.codes)
    sizes = told_apart(y, groups)[1]
    return Erasure(scaler, leace(rows, concept), len(y), int(sizes.min()) if len(sizes) else 0)


def told_apart(y: IntArray, groups: Strata) -> tuple[IntArray, IntArray]:
    """Ids, and rows in the class, of the strata that share their class with another stratum."""
    cells, sizes = np.unique(np.column_stack([y, groups.codes]), axis=0, return_counts=True)
    several = np.bincount(cells[:, 0])[cells[:, 0]] > 1
    return groups.ids[cells[several, 1]], sizes[several].astype(np.int64)


def need_rows(y: IntArray, groups: Strata, min_rows: int) -> None:
    """Raise EmptyStratum where a stratum is too small for its mean to be told from the others of its class."""
    ids, sizes = told_apart(y, groups)
    short = [(int(i), int(n)) for i, n in zip(ids, sizes) if n < min_rows]
    if short:
        listed = "; ".join(f"stratum {i} has {n} rows, {min_rows - n} more needed" for i, n in short)
        raise EmptyStratum(
            f"Not enough data to erase the cue: expected {min_rows} rows of every stratum, but {listed}.",
            tuple(i for i, _ in short),
            min_rows,
        )
