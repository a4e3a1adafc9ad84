"""How often an interval holds the truth: summed exactly over all counts, simulated for the worst group's change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy
from scipy.stats import binom

from _verdict_world import World, draw, rows_of
from hindmost.core.intervals import clopper_pearson_lower, newcombe, newcombe_bounds, wilson
from hindmost.core.paired import tango, tango_bound
from hindmost.core.rows import FloatArray
from hindmost.evals.worst_difference import worst_difference

SIZES = (15, 60, 600)
RATES = np.arange(1, 100) / 100
GRID = np.arange(1, 20) / 20  # of each rate, where there are two
TOLERANCE = 1e-12
Ends = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Coverage:
    """Of one interval at one n: mean and least over the rates, and the rates of the least."""

    interval: str
    nominal: float
    n: int
    mean: float
    least: float
    at: str


def exact(n: int) -> Iterator[Coverage]:
    """Every interval that an audit shows or decides by, at n rows (a group)."""
    k = np.arange(n + 1)
    yield _one_rate("Wilson, two-sided", 0.95, n, wilson(k, n))
    yield _one_rate("Clopper-Pearson, one-sided", 0.95, n, (clopper_pearson_lower(k, n, level=0.05), np.ones(n + 1)))
    fixed, broken = _counts(n)
    yield _paired("Tango, two-sided", n, tango(fixed, broken, n))
    bound = tango_bound(fixed, broken, n, level=0.05)
    yield _paired("Tango less half a step, one-sided", n, (bound, np.ones_like(bound)))
    first, second = k[:, None], k[None]
    yield _two_groups("Newcombe, two-sided", n, newcombe((first, n), (second, n)))
    lower = newcombe_bounds((first, n), (second, n), level=0.05)[0]
    yield _two_groups("Newcombe of Clopper-Pearson, one-sided", n, (lower, np.ones_like(lower)))


def _one_rate(name: str, nominal: float, n: int, ends: Ends) -> Coverage:
    held = _holds(ends, RATES[:, None])  # (rates, counts)
    found = (binom.pmf(np.arange(n + 1), n, RATES[:, None]) * held).sum(axis=1)
    return _summary(name, nominal, n, found, [f"{rate:.2f}" for rate in RATES])


def _counts(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair of fixed and broken rows among n."""
    fixed, broken = np.divmod(np.arange((n + 1) ** 2), n + 1)
    kept = fixed + broken <= n
    return fixed[kept], broken[kept]


def _paired(name: str, n: int, ends: Ends) -> Coverage:
    """Over rates of fixed and of broken rows that leave some rows alike."""
    fixed, broken = _counts(n)
    same = n - fixed - broken
    ways = gammaln(n + 1) - gammaln(fixed + 1) - gammaln(broken + 1) - gammaln(same + 1)
    pairs = [(f, b) for f in GRID for b in GRID if f + b < 1 - TOLERANCE]
    found = []
    for f, b in pairs:
        chance = np.exp(ways + xlogy(fixed, f) + xlogy(broken, b) + xlogy(same, 1 - f - b))
        found.append(float(chance @ _holds(ends, f - b)))
    return _summary(name, 0.95, n, np.array(found), [f"{f:.2f} fixed, {b:.2f} broken" for f, b in pairs])


def _two_groups(name: str, n: int, ends: Ends) -> Coverage:
    pairs = [(p, q) for p in GRID for q in GRID]
    mass = binom.pmf(np.arange(n + 1), n, GRID[:, None])  # (rates, counts)
    found = [
        float(mass[i] @ _holds(ends, p - q).astype(float) @ mass[j])
        for i, p in enumerate(GRID)
        for j, q in enumerate(GRID)
    ]
    return _summary(name, 0.95, n, np.array(found), [f"{p:.2f} and {q:.2f}" for p, q in pairs])


def _holds(ends: Ends, truth: FloatArray | float) -> NDArray[np.bool_]:
    return np.asarray((ends[0] <= truth + TOLERANCE) & (truth <= ends[1] + TOLERANCE))


def _summary(name: str, nominal: float, n: int, found: FloatArray, at: list[str]) -> Coverage:
    return Coverage(name, nominal, n, float(found.mean()), float(found.min()), at[int(found.argmin())])


@dataclass(frozen=True)
class Misses:
    """Simulated: how often the interval of the worst group's change lies all below, or all above, the truth."""

    name: str
    n: int
    runs: int
    below: float
    above: float


def worst_change(n: int, runs: int, *, seed: int = 0) -> Iterator[Misses]:
    """Where one group is worst, and where all groups tie, where a bootstrap of the minimum fails."""
    apart, tied = (0.9, 0.6, 0.4, 0.9), (0.8,) * 4
    yield _misses(World("one group is worst", (n,) * 4, apart, (0.9, 0.85, 0.7, 0.9), (0.03,) * 4), n, runs, seed)
    yield _misses(World("all groups tie before and after", (n,) * 4, tied, tied, (0.05,) * 4), n, runs, seed)
    yield _misses(World("all groups tie after", (n,) * 4, apart, tied, (0.12, 0.03, 0.03, 0.12)), n, runs, seed)


def _misses(world: World, n: int, runs: int, seed: int) -> Misses:
    rows, truth = rows_of(world), min(world.after) - min(world.before)
    below = above = 0
    for run in range(runs):
        drawn = draw(world, np.random.default_rng([seed, n, run]))
        _, low, high = worst_difference(rows, drawn.before, drawn.after)
        assert low is not None
        assert high is not None
        below, above = below + (high < truth), above + (low > truth)
    return Misses(world.name, n, runs, below / runs, above / runs)
