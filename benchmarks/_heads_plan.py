"""The fits of the two runs: (a) a v1 tune-and-fit, (b) the full plan of repeats, nesting, retrains, label budgets."""

from __future__ import annotations

import numpy as np

from _heads_data import Split, balanced, folds, standardised
from _heads_fits import GRID, Kind

BUDGET = (5, 10, 20, 30, 45, 60, 90, 120)
C = 0.3  # of the fits that follow a choice, so that the plan is the same on every machine
RETRAINS = 20


def tune_and_fit(splits: dict[str, Split], rng: np.random.Generator) -> list[Kind]:
    """7 fits on a balanced half of the validation rows in its own units, 20 on balanced subsets of all of them."""
    val = splits["val"]
    everyone = np.arange(len(val.y))
    half = balanced(val.g, rng.permutation(everyone)[len(everyone) // 2 :], rng)
    tuned = standardised(Split(val.X[half], val.y[half], val.g[half]), val.X[half])
    scaled = standardised(val, splits["train"].X)
    subsets = [balanced(val.g, everyone, rng) for _ in range(RETRAINS)]
    return [
        Kind("tune: one path of 7 C", tuned.X, tuned.y, [np.arange(len(half))], GRID),
        Kind("retrain: 20 balanced subsets", scaled.X, scaled.y, subsets, (C,)),
    ]


def full_plan(splits: dict[str, Split], rng: np.random.Generator, *, repeats: int = 10, draws: int = 20) -> list[Kind]:
    """10 x 5 cross-fitting over the grid, the same within 5 outer folds, 20 retrains, 8 budgets of 20 draws."""
    val = standardised(splits["val"], splits["train"].X)
    everyone = np.arange(len(val.y))

    def crossed(among: np.ndarray) -> list[np.ndarray]:
        parts = [part for _ in range(repeats) for part in folds(val.g, among, 5, rng)]
        return [balanced(val.g, part, rng) for part in parts]

    nested = [subset for outer in folds(val.g, everyone, 5, rng) for subset in crossed(outer)]
    retrains = [balanced(val.g, everyone, rng) for _ in range(RETRAINS)]
    kinds = [
        Kind(f"{repeats} x 5 cross-fitting", val.X, val.y, crossed(everyone), GRID),
        Kind(f"5 outer folds, {repeats} x 5 within", val.X, val.y, nested, GRID),
        Kind("retrain: 20 balanced subsets", val.X, val.y, retrains, (C,)),
    ]
    for size in BUDGET:
        labelled = [balanced(val.g, everyone, rng, size) for _ in range(draws)]
        halves = [balanced(val.g, subset, rng, max(size // 2, 1)) for subset in labelled]
        kinds.append(Kind(f"budget {size}: tune", val.X, val.y, halves, GRID))
        kinds.append(Kind(f"budget {size}: {RETRAINS} retrains", val.X, val.y, labelled, (C,), RETRAINS))
    return kinds
