"""Time to a certified relative gap: our solver on whole batches, liblinear fit by fit."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from _heads_data import Floats, Ints
from hindmost.heads._solver import Penalty, Problem, Solution, solve_many
from hindmost.heads._solver.certificate import certify
from hindmost.heads._solver.losses import Logistic

GRID = (1.0, 0.7, 0.3, 0.1, 0.07, 0.03, 0.01)
GAP = 1e-4
LADDER = (1e-1, 1e-2, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 1e-7, 1e-8)


@dataclass(frozen=True)
class Kind:
    """Fits of one kind in a plan: subsets of the rows of one matrix, each fitted at every C."""

    name: str
    X: Floats
    y: Ints
    subsets: list[Ints]
    Cs: tuple[float, ...]
    copies: int = 1  # times that a protocol fits the very same problem

    @property
    def n_fits(self) -> int:
        return len(self.subsets) * len(self.Cs) * self.copies


@dataclass(frozen=True)
class Timing:
    """Seconds of one kind: ours measured in full, liblinear's from the seconds of sampled subsets."""

    kind: str
    fits: int
    distinct: int
    ours: float
    certified: int
    largest_gap: float
    sampled: list[float]
    sampled_fits: int
    missed: int
    scale: float

    @property
    def theirs(self) -> float:
        return float(np.sum(self.sampled)) * self.scale


def ours(kind: Kind) -> tuple[float, list[Solution]]:
    """Seconds of all distinct fits of a kind, from features in memory to certified solutions."""
    started = time.perf_counter()
    weights = np.zeros((len(kind.subsets), len(kind.y)))
    for row, subset in zip(weights, kind.subsets):
        row[subset] = 1
    paths = solve_many(Problem(kind.X, kind.y), weights, kind.Cs, tol=GAP)
    return time.perf_counter() - started, [fit for path in paths for fit in path]


def liblinear(X: Floats, y: Ints, C: float) -> tuple[float, bool]:
    """Seconds of the fit at the loosest tolerance that reaches the gap; False where none of the ladder does."""
    rows = np.column_stack([X, np.ones(len(y))])
    for tol in LADDER:
        model = LogisticRegression(l1_ratio=1, solver="liblinear", C=C, tol=tol, max_iter=5000, random_state=0)
        started = time.perf_counter()
        model.fit(X, y)
        seconds = time.perf_counter() - started
        w = np.append(model.coef_[0], model.intercept_)[None]
        loss, F = Logistic(y, np.full(len(y), C)), rows @ w.T
        if certify(loss, F, w, (rows.T @ loss.residual(F)).T, Penalty(), GAP).certified:
            return seconds, True
    return seconds, False


def measure(kind: Kind, sample: int, rng: np.random.Generator) -> Timing:
    """Ours on every distinct fit; liblinear on all C of ``sample`` random subsets, scaled up to the plan."""
    seconds, fits = ours(kind)
    chosen = rng.permutation(len(kind.subsets))[:sample]
    sampled, missed = [], 0
    for i in chosen:
        rows = kind.subsets[i]
        X, y = np.ascontiguousarray(kind.X[rows]), kind.y[rows]
        found = [liblinear(X, y, C) for C in kind.Cs]
        sampled.append(sum(s for s, _ in found))
        missed += sum(not reached for _, reached in found)
    gaps = [fit.certificate.gap for fit in fits]
    certified = sum(fit.certificate.certified for fit in fits)
    scale = len(kind.subsets) * kind.copies / len(chosen)
    n = len(chosen) * len(kind.Cs)
    return Timing(kind.name, kind.n_fits, len(fits), seconds, certified, max(gaps), sampled, n, missed, scale)


def ratio(timings: list[Timing], rng: np.random.Generator) -> tuple[float, float, float]:
    """liblinear's seconds over ours, with a 95 % bootstrap interval over the sampled subsets of each kind."""
    total = sum(t.ours for t in timings)
    draws = [
        sum(float(rng.choice(t.sampled, len(t.sampled)).sum()) * t.scale for t in timings) / total for _ in range(2000)
    ]
    low, high = np.quantile(draws, [0.025, 0.975])
    return sum(t.theirs for t in timings) / total, float(low), float(high)


def fresh_warnings() -> None:
    """liblinear's loose fits of the ladder are meant to stop early."""
    warnings.simplefilter("ignore", ConvergenceWarning)
