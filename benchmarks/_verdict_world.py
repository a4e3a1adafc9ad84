"""Worlds whose truth is set: rates of right answers per group and of flips, drawn as rows of predictions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hindmost.core.policy import Policy
from hindmost.core.rows import IntArray, Naming, Rows

Numbers = tuple[float, ...]
PER_GROUP = 200  # rows of a group that have a twin, as in the audit


@dataclass(frozen=True)
class Flips:
    """How often an answer flips under the swap alone, under the control alone, and under both."""

    swap: float = 0.0
    control: float = 0.0
    both: float = 0.02


@dataclass(frozen=True)
class World:
    """Rates of one population, and how many rows of it are seen.

    Parameters
    ----------
    sizes : tuple of int, length g         test rows of each group
    before, after : tuple of float         accuracy of the baseline and of the deciding head
    broken : tuple of float                rate of rows that the baseline has right and the deciding head wrong
    flips, flips_before : Flips            of the deciding head and of the baseline
    control : bool                         draw the head `threshold` too, as good as the baseline
    """

    name: str
    sizes: tuple[int, ...]
    before: Numbers
    after: Numbers
    broken: Numbers
    flips: Flips = Flips()
    flips_before: Flips = Flips(swap=0.30)
    policy: Policy = field(default_factory=Policy)
    control: bool = False

    def __post_init__(self) -> None:
        fixed = np.subtract(self.after, self.before) + self.broken
        cells = np.stack([fixed, self.broken, np.subtract(self.before, self.broken), 1 - np.add(self.before, fixed)])
        if not {len(self.sizes)} == {len(self.before), len(self.after), len(self.broken)}:
            raise ValueError(f"{self.name}: sizes, before, after and broken must have one length")
        if (cells < -1e-12).any():
            raise ValueError(f"{self.name}: the four cells of a group must be rates, but {cells.T.tolist()} came")

    @property
    def naming(self) -> Naming:
        """Two classes; the first half of the cue values goes with the first class."""
        cues = tuple(f"a{i}" for i in range(len(self.sizes) // 2))
        return Naming(("y0", "y1"), cues, ("a",))

    @property
    def association(self) -> IntArray:
        k = len(self.sizes) // 2
        return (np.arange(k) >= k // 2).astype(np.int64)


@dataclass(frozen=True)
class Draw:
    """One data set: right or wrong for each test row and head, and whether an answer flips."""

    before: NDArray[np.bool_]  # (n,)
    after: NDArray[np.bool_]
    control: NDArray[np.bool_] | None
    flips: tuple[NDArray[np.bool_], NDArray[np.bool_]]  # of the deciding head: under the swap, under the control
    flips_before: tuple[NDArray[np.bool_], NDArray[np.bool_]]


def rows_of(world: World) -> Rows:
    """The test rows, group after group."""
    k = len(world.sizes) // 2
    group = np.repeat(np.arange(len(world.sizes)), world.sizes)
    ids = np.arange(len(group)).astype(np.str_)
    return Rows(ids, group // k, group % k, np.full(len(group), 2), world.naming)


def with_twins(world: World) -> IntArray:
    """Positions of the rows that have a twin and a control: the first of each group, rows being exchangeable."""
    starts = np.concatenate([[0], np.cumsum(world.sizes)[:-1]])
    return np.concatenate([start + np.arange(min(n, PER_GROUP)) for start, n in zip(starts, world.sizes)])


def draw(world: World, rng: np.random.Generator) -> Draw:
    """Rows independent of one another, with the rates of the world."""
    before, after, broken = (np.repeat(each, world.sizes) for each in (world.before, world.after, world.broken))
    u = rng.random(len(before))
    right = u < before
    # u < broken: right before, wrong after; a row that was wrong is fixed at the rate that remains
    fixed = after - before + broken
    right_after = np.where(right, u >= broken, u < before + fixed)
    control = None
    if world.control:  # disagrees with the baseline as often as the deciding head, on other rows
        v = rng.random(len(before))
        control = np.where(right, v >= broken / np.maximum(before, 1e-12), v < broken / np.maximum(1 - before, 1e-12))
    m = len(with_twins(world))
    return Draw(right, right_after, control, _flips(world.flips, m, rng), _flips(world.flips_before, m, rng))


def _flips(rates: Flips, m: int, rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    u = rng.random(m)
    edges = np.cumsum([rates.both, rates.swap, rates.control])
    both, swap, control = u < edges[0], (u >= edges[0]) & (u < edges[1]), (u >= edges[1]) & (u < edges[2])
    return both | swap, both | control
