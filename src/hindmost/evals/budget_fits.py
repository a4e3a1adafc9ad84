"""The fits behind a label-budget curve: a head on nested random subsets of the validation rows, at every budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import BoolArray, IntArray, Rows

Predict = Callable[[NDArray[np.floating]], IntArray]  # features (n, d) -> classes (n,)
Refit = Callable[[IntArray, int], Predict]  # positions of validation rows, seed -> a fitted head

POINTS = 8
SMALLEST = 4  # images per group: a head that tunes on halves needs two in each


@dataclass(frozen=True)
class BudgetFits:
    """What every fit says of the same n rows.

    Parameters
    ----------
    budgets : k ints, ascending             images per group
    said : int array (k, t, n)              classes by the fit of each draw; -1 where it could not be fitted
    reasons : k tuples of t str or None     why a draw could not be fitted
    rows : int array (g,)                   validation rows of each group, which subsets were drawn from
    """

    budgets: tuple[int, ...]
    said: IntArray
    reasons: tuple[tuple[str | None, ...], ...]
    rows: IntArray

    @property
    def fitted(self) -> BoolArray:
        """Could this draw be fitted at this budget? Shape (k, t)."""
        return np.array([[reason is None for reason in line] for line in self.reasons])


def budgets_of(val_rows: Rows, *, points: int = POINTS, smallest: int = SMALLEST) -> tuple[int, ...]:
    """Budgets from ``smallest`` images per group to all of the smallest group, evenly spaced on a log scale.

    Raises
    ------
    EmptyStratum
        A group has fewer than ``smallest`` rows, so there is no curve.
    """
    sizes = np.bincount(val_rows.group, minlength=val_rows.n_groups)
    short = np.flatnonzero(sizes < smallest)
    if len(short):
        names = "; ".join(f"{val_rows.naming.groups[g]} has {sizes[g]}" for g in short)
        raise EmptyStratum(
            f"A label budget needs {smallest} validation rows of every group, but {names}. Collect more of them.",
            tuple(int(g) for g in short),
        )
    spaced = np.geomspace(smallest, sizes.min(), points).round().astype(int)
    return tuple(np.unique(spaced).tolist())


def nested_subsets(val_rows: Rows, budgets: Sequence[int], *, seed: int) -> list[IntArray]:
    """Positions of the first b rows of each group in one random order, ascending, for every budget b.

    A larger budget holds the rows of the smaller ones, so that a curve moves by what was added alone. Rows of one
    cluster come behind one another, so that a small budget holds few clusters.
    """
    order = _order(val_rows, np.random.default_rng(seed))
    by_group = [order[val_rows.group[order] == g] for g in range(val_rows.n_groups)]
    return [np.sort(np.concatenate([members[:b] for members in by_group])) for b in budgets]


def fit_budgets(
    val_rows: Rows,
    test_X: NDArray[np.floating],
    refit: Refit,
    *,
    budgets: Sequence[int],
    draws: int,
    seed: int = 0,
    progress: Progress = silent,
) -> BudgetFits:
    """Fit a head on ``draws`` nested random subsets at every budget, and let it speak of the rows of ``test_X``.

    Parameters
    ----------
    val_rows : Rows                        what subsets are drawn from, the same number of every group
    test_X : float array (n, d)
    refit : callable                       ``refit(positions, seed)`` fits on validation rows and gives ``predict``
    budgets : sequence of int >= 1         images per group, at most the rows of the smallest group

    Returns
    -------
    BudgetFits. A fit that raises ``EmptyStratum`` keeps its place with the reason.

    Raises
    ------
    InputError
        No rows, no draw, or a budget beyond the smallest group.
    """
    sizes = np.bincount(val_rows.group, minlength=val_rows.n_groups)
    ascending = _checked(sizes, test_X, budgets, draws)
    said = np.full((len(ascending), draws, len(test_X)), -1, dtype=np.int64)
    reasons: list[list[str | None]] = [[None] * draws for _ in ascending]
    total = len(ascending) * draws
    progress("label budget", 0, total)
    for t in range(draws):
        own = int(np.random.default_rng([seed, t]).integers(2**31))  # one seed for the draw's subsets and fits
        for k, positions in enumerate(nested_subsets(val_rows, ascending, seed=own)):
            try:
                said[k, t] = refit(positions, own)(test_X)
            except EmptyStratum as empty:
                reasons[k][t] = str(empty)
            progress("label budget", t * len(ascending) + k + 1, total)
    return BudgetFits(ascending, said, tuple(map(tuple, reasons)), sizes)


def _order(rows: Rows, rng: np.random.Generator) -> IntArray:
    """Positions in random order, rows of one cluster behind one another."""
    if rows.cluster is None:
        return rng.permutation(len(rows))
    units = np.unique(rows.cluster, return_inverse=True)[1]
    place = rng.permutation(units.max(initial=-1) + 1)
    return np.lexsort((rng.random(len(rows)), place[units]))


def _checked(sizes: IntArray, test_X: NDArray[np.floating], budgets: Sequence[int], draws: int) -> tuple[int, ...]:
    """The budgets, ascending and without repeats."""
    if not len(test_X) or draws < 1:
        raise InputError(f"Expected test rows and at least one draw, but {len(test_X)} and {draws} came.")
    ascending = tuple(sorted({int(b) for b in budgets}))
    smallest = int(sizes.min())
    if not ascending or ascending[0] < 1 or ascending[-1] > smallest:
        raise InputError(
            f"budgets must lie in 1..{smallest}, the rows of the smallest validation group, but {list(budgets)} came. "
            "Take budgets_of(val_rows)."
        )
    return ascending
