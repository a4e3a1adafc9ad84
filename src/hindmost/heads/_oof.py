"""Out-of-fold worst group of each penalty: balanced fits on each fold's rest, pooled over the folds of a repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._folds import repeated_folds
from hindmost.heads._scaler import Scaler, scaler_of
from hindmost.heads._select import scores_of
from hindmost.heads._solver import Fit
from hindmost.heads._strata import Strata

Scores = dict[float, FloatArray]  # each C's worst stratum, one number a repeat


@dataclass(frozen=True)
class Part:
    """One fold: the balanced rows that are fitted on, the rows that are held out, and the scale of both."""

    subset: IntArray
    held: IntArray
    scaler: Scaler


def draw_parts(
    X: FloatArray,
    groups: Strata,
    *,
    scaler: Scaler | None,
    folds: int,
    repeats: int,
    seed: int,
    rng: np.random.RandomState,
) -> list[list[Part]]:
    """The folds of each repeat, with one balanced subset each.

    Parameters
    ----------
    X : float array (n, d)
    groups : Strata of n rows          clusters never straddle folds
    scaler : Scaler or None            of other rows, for every fold; None: each fold's own, of the rows outside it
    seed : int                         draws the folds, ``rng`` the subsets

    Raises
    ------
    EmptyStratum
        A stratum has fewer than two rows or clusters.
    """
    plan = []
    for repeat in range(repeats):
        parts = []
        for rest, held in repeated_folds(groups, folds=folds, repeats=1, seed=seed + repeat):
            subset = rest[balanced(groups.lists(rest, "the rows that a fold fits on"), rng)]
            parts.append(Part(subset, held, scaler or scaler_of(X[rest])))
        plan.append(parts)
    return plan


def out_of_fold_worst(
    X: FloatArray,
    y: IntArray,
    groups: Strata,
    plan: list[list[Part]],
    path: Callable[[FloatArray, IntArray, Sequence[float]], list[Fit]],
    Cs: Sequence[float],
) -> FloatArray:
    """Lowest accuracy over the strata of the pooled out-of-fold predictions, shape (len(Cs), repeats).

    Parameters
    ----------
    X : float array (n, d)
    y : int array (n,)       class positions
    path : callable          fits of all ``Cs`` on the same standardised rows and classes
    """
    worst = np.empty((len(Cs), len(plan)))
    for column, parts in enumerate(plan):
        right = np.zeros((len(Cs), len(y)), dtype=bool)
        for part in parts:
            Z = part.scaler(X[part.held])
            fits = path(part.scaler(X[part.subset]), y[part.subset], Cs)
            right[:, part.held] = np.stack([fit.predict(Z) for fit in fits]) == y[part.held]
        worst[:, column] = scores_of(right, groups, "worst_group")
    return worst


def search(grid: Sequence[float], evaluate: Callable[[Sequence[float]], FloatArray], *, steps: int) -> Scores:
    """Scores of the grid, which grows by its own ratio while its best mean lies at an end.

    Parameters
    ----------
    grid : sequence of float      ascending; a single C is scored and not grown
    evaluate : callable           scores (k, repeats) of k penalties
    steps : int                   at most so many new penalties at each end

    Returns
    -------
    scores : dict                 ascending in C
    """
    scores = dict(zip(grid, evaluate(grid)))
    below = [grid[0] * (grid[0] / grid[1]) ** k for k in range(1, steps + 1)] if len(grid) > 1 else []
    above = [grid[-1] * (grid[-1] / grid[-2]) ** k for k in range(1, steps + 1)] if len(grid) > 1 else []
    while True:
        best = best_mean(scores)
        nothing = scores[best].mean() == 0  # constant heads tie at 0: the penalty may be too strong for all of them
        if above and (nothing or best == max(scores)):
            C = above.pop(0)
        elif below and best == min(scores) and not nothing:
            C = below.pop(0)
        else:
            return dict(sorted(scores.items()))
        scores[C] = evaluate([C])[0]


def best_mean(scores: Scores) -> float:
    """The C with the highest mean over the repeats; the smallest of equals."""
    return min(scores, key=lambda C: (-scores[C].mean(), C))


def within_one_error(scores: Scores) -> float:
    """The smallest C whose mean is within one standard error (over the repeats) of the best."""
    best = scores[best_mean(scores)]
    error = best.std(ddof=1) / np.sqrt(len(best)) if len(best) > 1 else 0.0
    return min(C for C, found in scores.items() if found.mean() >= best.mean() - error)
