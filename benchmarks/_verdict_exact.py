"""How often a criterion that is false passes, summed exactly over all counts: an upper bound for a false "sufficient".

"Sufficient" needs every criterion to pass, so it cannot be said more often than the false criterion that passes least
often. No draw is made here; the simulation has to agree.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import binom

from _verdict_truth import EDGE, truth_of
from _verdict_world import World, with_twins
from hindmost.core.intervals import clopper_pearson_lower
from hindmost.core.paired import tango_bound


def at_most(world: World) -> float:
    """The largest rate at which "sufficient" can be said falsely; 0 where nothing is false."""
    if truth_of(world).sufficient(world.policy):
        return 0.0
    return min([*_target(world), *_loss(world), *_reliance(world)])


def _target(world: World) -> Iterator[float]:
    """For each group that misses the target: its lower bound reaches it all the same."""
    policy = world.policy
    assert policy.target is not None
    for n, rate in zip(world.sizes, world.after):
        if rate <= policy.target + EDGE:
            k = np.arange(n + 1)
            passes = clopper_pearson_lower(k, n, level=policy.level) >= policy.target
            yield float(binom.pmf(k, n, rate)[passes].sum())


def _loss(world: World) -> Iterator[float]:
    """For each group that loses the margin or more: it is called unharmed."""
    policy = world.policy
    for n, before, after, broken in zip(world.sizes, world.before, world.after, world.broken):
        if before - after >= policy.harm_margin - EDGE:
            yield excluded(n, after - before + broken, broken, margin=policy.harm_margin, level=policy.level)


def _reliance(world: World) -> Iterator[float]:
    """Where flips in either direction are too many: the bound of that reading alone lies under the margin."""
    policy, flips = world.policy, world.flips
    if flips.swap - flips.control >= policy.reliance_margin - EDGE:
        n = len(with_twins(world))
        yield excluded(n, flips.control, flips.swap, margin=policy.reliance_margin, level=policy.level)


def excluded(n: int, up: float, down: float, *, margin: float, level: float) -> float:
    """How often a paired difference of ``up - down`` is bounded above ``-margin``.

    For each count of rows that go down, the fewest that must go up is found by halving: the bound rises with it.
    """
    fell = np.arange(n + 1)
    low, high = np.full(n + 1, -1), n - fell + 1
    while (high - low > 1).any():
        middle = (low + high) // 2
        passed = tango_bound(np.maximum(middle, 0), fell, n, level=level) > -margin
        low, high = np.where(passed, low, middle), np.where(passed, middle, high)
    tail = np.where(high <= n - fell, binom.sf(high - 1, n - fell, min(up / max(1 - down, 1e-12), 1.0)), 0.0)
    return float(binom.pmf(fell, n, down) @ tail)
