"""The published choice of the penalty: one random half chooses among fits on the balanced other half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._dfr import L1
from hindmost.heads._scaler import scaler_of
from hindmost.heads._solver import Fit
from hindmost.heads._strata import Strata

SPLITS_TRIED = 20  # the script takes its first split, and NaN wins there where a group is missing from it


@dataclass(frozen=True)
class Choice:
    """The chosen C, the worst accuracy over the strata for each candidate, their fits, and splits drawn."""

    C: float
    worst: tuple[float, ...]
    fits: tuple[Fit, ...]
    splits: int


def choose_C(
    X: FloatArray,
    y: IntArray,
    groups: Strata,
    grid: Sequence[float],
    *,
    model: L1,
    rng: np.random.RandomState,
) -> Choice:
    """The C with the best worst stratum on the half that was not fitted on; the largest of equals.

    Parameters
    ----------
    X : float array (n, d)      the fitted half is standardised by its own balanced rows
    y : int array (n,)
    groups : Strata of n rows
    model : L1                  fits standardised rows; draws once from ``rng`` for each C

    Raises
    ------
    EmptyStratum
        A stratum has a single row, or after ``SPLITS_TRIED`` draws one is still missing from a half.
    """
    groups.need_two()
    held_out, fitted_on, splits = _halve(groups, rng)
    where = groups.lists(held_out, "the half that chooses C")
    subset = fitted_on[balanced(groups.lists(fitted_on, "the half that is fitted on"), rng)]
    scaler = scaler_of(X[subset])
    X_fit, X_held = scaler(X[subset]), scaler(X[held_out])
    fits = tuple(model.path(X_fit, y[subset], grid, rng))
    right = [found.predict(X_held) == y[held_out] for found in fits]
    worst = tuple(min(float(hits[members].mean()) for members in where) for hits in right)
    best = max(float(C) for C, reached in zip(grid, worst) if reached == max(worst))
    return Choice(best, worst, fits, splits)


def _halve(groups: Strata, rng: np.random.RandomState) -> tuple[IntArray, IntArray, int]:
    """Two random halves and the number of draws: one, and more only where a stratum misses a half."""
    shuffled = np.arange(len(groups))
    splits = 0
    while splits < SPLITS_TRIED:
        rng.shuffle(shuffled)
        splits += 1
        first, second = cut(shuffled, groups.cluster)
        if groups.all_in(first) and groups.all_in(second):
            break
    return first, second, splits


def cut(rows: IntArray, cluster: IntArray | None) -> tuple[IntArray, IntArray]:
    """The first half of the rows and the second; with clusters, cut where one ends that is nearest to the middle.

    Parameters
    ----------
    rows : int array (n,)              every row once, in the order that was drawn
    cluster : int array (n,) or None   of row 0, 1, ...
    """
    half = len(rows) // 2
    if cluster is None:
        return rows[:half], rows[half:]
    whole = _clusters_together(rows, cluster)
    ends = np.flatnonzero(np.diff(cluster[whole])) + 1
    half = int(ends[np.abs(ends - half).argmin()]) if len(ends) else 0  # one cluster cannot lie on both sides
    return whole[:half], whole[half:]


def _clusters_together(shuffled: IntArray, cluster: IntArray) -> IntArray:
    """The rows of each cluster behind one another, clusters in the order in which they first come."""
    _, first, unit = np.unique(cluster[shuffled], return_index=True, return_inverse=True)
    return np.asarray(shuffled[np.argsort(first[unit], kind="stable")])
