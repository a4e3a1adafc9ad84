"""Out-of-fold worst group of each penalty: what is ranked is the mean of several balanced fits, as the head is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._folds import repeated_folds
from hindmost.heads._select import scores_of
from hindmost.heads._solver import Fit
from hindmost.heads._strata import Strata

Scores = dict[float, FloatArray]  # each C's worst stratum, one number a repeat
Paths = list[list[Fit]]  # the fits of each subset, one a C


@dataclass(frozen=True)
class Part:
    """One fold: the balanced subsets of the rows outside it, each fitted on, and the rows that are held out."""

    subsets: tuple[IntArray, ...]
    held: IntArray


def draw_parts(
    groups: Strata, *, folds: int, repeats: int, subsets: int, seed: int, rng: np.random.RandomState
) -> list[list[Part]]:
    """The folds of each repeat, with ``subsets`` balanced subsets each.

    Parameters
    ----------
    groups : Strata of n rows          clusters never straddle folds
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
            lists = groups.lists(rest, "the rows that a fold fits on")
            parts.append(Part(tuple(rest[balanced(lists, rng)] for _ in range(subsets)), held))
        plan.append(parts)
    return plan


def out_of_fold_worst(
    Z: FloatArray,
    y: IntArray,
    groups: Strata,
    plan: list[list[Part]],
    solve: Callable[[list[IntArray], Sequence[float]], Paths],
    Cs: Sequence[float],
) -> FloatArray:
    """Lowest accuracy over the strata of the pooled out-of-fold predictions, shape (len(Cs), repeats).

    Each fold is predicted by the mean of the fits of its subsets.

    Parameters
    ----------
    Z : float array (n, d)   standardised
    y : int array (n,)       class positions
    solve : callable         paths of fits for a list of subsets; called once, with all of them
    """
    paths = iter(solve([subset for parts in plan for part in parts for subset in part.subsets], Cs))
    worst = np.empty((len(Cs), len(plan)))
    for column, parts in enumerate(plan):
        right = np.zeros((len(Cs), len(y)), dtype=bool)
        for part in parts:
            own = [next(paths) for _ in part.subsets]
            right[:, part.held] = [_mean(fits).predict(Z[part.held]) == y[part.held] for fits in zip(*own)]
        worst[:, column] = scores_of(right, groups, "worst_group")
    return worst


def _mean(fits: Sequence[Fit]) -> Fit:
    return Fit(
        np.mean([fit.coef for fit in fits], axis=0),
        np.mean([fit.intercept for fit in fits], axis=0),
        max(fit.n_iter for fit in fits),
        all(fit.converged for fit in fits),
    )


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
