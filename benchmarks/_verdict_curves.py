"""Worlds with a set true curve over labelled images per group, drawn as the predictions of fits on subsets of one pool.

A draw's accuracy is the curve plus the mean effect of its validation rows, which all draws share; whether a test row is
easy is shared by all fits. The head at hand is one more fit, on all validation rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from _verdict_evidence import Judge
from _verdict_runs import One, Run
from _verdict_shapes import Shape
from _verdict_truth import Truth, truth_of
from _verdict_world import Draw, Flips, Numbers, World, rows_of
from hindmost.core.ceilings import Ceilings, LabelCurve
from hindmost.core.policy import Policy
from hindmost.core.rows import FloatArray, IntArray, Rows
from hindmost.evals.budget_fits import BudgetFits, budgets_of
from hindmost.evals.extrapolate import DRAWS, extrapolate
from hindmost.rules._curve import at_budget

SHARED = 0.9  # correlation of a row's ease over fits is its square
STILL = Flips()
ALL = slice(None)


@dataclass(frozen=True)
class CurveWorld:
    """Four groups, each with its true curve.

    Parameters
    ----------
    shapes : 4 Shapes               true accuracy of a group over labelled images of each group
    images : int                    validation rows of each group
    test : int                      test rows of each group
    noise : float                   standard deviation of what one validation row of each group does to the accuracy
    before : 4 floats               accuracy of the baseline
    """

    name: str
    shapes: tuple[Shape, ...]
    images: int = 60
    test: int = 500
    noise: float = 0.4
    before: Numbers = (0.97, 0.60, 0.50, 0.97)
    policy: Policy = field(default_factory=Policy)

    @property
    def horizon(self) -> int:
        """Images of each group by which a bound decides."""
        return max(10 * self.images, self.policy.label_budget)

    def worst_at(self, images: float) -> float:
        """The worst group of the true curves."""
        return min(float(shape(np.array(float(images)))) for shape in self.shapes)

    @cached_property
    def world(self) -> World:
        """The same as one population, with the head that the curve expects at the images there are."""
        after = tuple(float(shape(np.array(float(self.images)))) for shape in self.shapes)
        broken = tuple(max(0.0, b - a) for b, a in zip(self.before, after))
        return World(self.name, (self.test,) * 4, self.before, after, broken, STILL, policy=self.policy)

    @cached_property
    def val_rows(self) -> Rows:
        """Rows that subsets are drawn from."""
        return rows_of(replace(self.world, sizes=(self.images,) * 4))

    @cached_property
    def budgets(self) -> tuple[int, ...]:
        return budgets_of(self.val_rows)


@dataclass(frozen=True)
class Learned:
    """One data set: fits of every budget and draw, the head at hand and its true accuracies, and the baseline."""

    fits: BudgetFits
    after: NDArray[np.bool_]  # (n,)
    before: NDArray[np.bool_]
    accuracy: FloatArray  # (4,) of the head at hand


def learn(world: CurveWorld, rows: Rows, rng: np.random.Generator) -> Learned:
    """Draw it, group after group."""
    parts = [_group(world, g, rng) for g in range(4)]
    right = np.concatenate([part[0] for part in parts], axis=2)  # (k, t, n)
    said = np.where(right, rows.y, 1 - rows.y)
    reasons = ((None,) * right.shape[1],) * right.shape[0]
    fits = BudgetFits(world.budgets, said, reasons, np.full(4, world.images))
    after, before = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    return Learned(fits, after, before, np.array([part[3] for part in parts]))


def _group(
    world: CurveWorld, g: int, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], float]:
    budgets, shape = np.array(world.budgets), world.shapes[g]
    effect, ease = rng.standard_normal(world.images), rng.standard_normal(world.test)
    order: IntArray = rng.permuted(np.tile(np.arange(world.images), (DRAWS, 1)), axis=1)
    moved = np.cumsum(effect[order], axis=1)[:, budgets - 1] / budgets  # (t, k)
    accuracy = shape(budgets.astype(np.float64)) + world.noise * moved
    own = float(shape(np.array(float(world.images))) + world.noise * effect.mean())
    fits = _right(accuracy.T[..., None], ease, rng)
    return fits, _right(np.array(own), ease, rng), _right(np.array(world.before[g]), ease, rng), _share(own)


def _right(accuracy: FloatArray, ease: FloatArray, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Is a row right? Rows are easy or hard for every fit alike, to a part."""
    shape = np.broadcast_shapes(accuracy.shape, ease.shape)
    own = SHARED * ease + np.sqrt(1 - SHARED**2) * rng.standard_normal(shape)
    return np.asarray(own < ndtri(np.clip(accuracy, 1e-3, 1 - 1e-3)))


def _share(accuracy: float) -> float:
    return float(np.clip(accuracy, 1e-3, 1 - 1e-3))


def once(world: CurveWorld) -> One:
    """One drawn data set of a world: its curve taken further, its tables, its decision."""
    judge, policy = Judge(world.world, keep_baseline=True), world.policy

    def run(rng: np.random.Generator, seed: int) -> Run:
        learned = learn(world, judge.rows, rng)
        curve = label_curve(learned.fits, judge.rows, policy)
        truth = truth_in(world, learned)
        still = tuple(np.zeros((2, len(judge.twins)), dtype=bool))
        drawn = Draw(learned.before, learned.after, None, (still[0], still[1]), (still[0], still[1]))
        found, findings = judge(drawn, seed, Ceilings(curve))
        return Run(truth.category(policy), truth.sufficient(policy), found, findings, truth.untrue(policy))

    return run


def truth_in(world: CurveWorld, learned: Learned) -> Truth:
    """Of this data set's head, and of the curve that its world has."""
    before = np.array(world.before)
    return replace(
        truth_of(world.world),
        worst=float(learned.accuracy.min()),
        loss=float((before - learned.accuracy).max()),
        change=float(learned.accuracy.min() - before.min()),
        at_budget=world.worst_at(max(world.policy.label_budget, world.images)),
        at_horizon=world.worst_at(world.horizon),
    )


def label_curve(fits: BudgetFits, rows: Rows, policy: Policy) -> LabelCurve:
    """As an audit takes it further. The images needed are looked for only where a rule would read them."""
    head, budget, target = policy.deciding_head, policy.label_budget, policy.target
    further = extrapolate(fits, rows, budget=budget, level=policy.level)
    if isinstance(further, str):
        return LabelCurve(head, budget, None, None, further)
    estimate = at_budget(further, budget).estimate
    if target is not None and estimate is not None and estimate >= target:
        searched = extrapolate(fits, rows, budget=budget, target=target, level=policy.level)
        assert not isinstance(searched, str)
        further = searched
    return LabelCurve(head, budget, None, further, None)
