"""What is true of a population, by the criteria of the decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from _verdict_world import Flips, Numbers, World, with_twins
from hindmost.core.policy import Policy

EDGE = 1e-9


@dataclass(frozen=True)
class Truth:
    """Population values. ``worst``, ``loss`` and ``reliance`` are the three criteria of "sufficient".

    Parameters
    ----------
    worst : float            lowest group accuracy of the deciding head
    loss : float             largest loss of a group against the baseline
    reliance : float         flips under the swap beyond the control, the largest of the three readings
    change : float           lowest group accuracy after minus before
    gap, reliance_before     of the baseline
    at_budget, at_horizon    worst group of the deciding head's true curve over labelled images, with as many of each
                             group as could be had, and with as many as a bound decides by; None: no curve
    """

    worst: float
    loss: float
    reliance: float
    change: float
    gap: float
    reliance_before: float
    at_budget: float | None = None
    at_horizon: float | None = None

    def sufficient(self, policy: Policy) -> bool:
        """All three hold. A value exactly on its threshold counts as a failure: it is the edge of "not"."""
        assert policy.target is not None
        return (
            self.worst > policy.target + EDGE
            and self.loss < policy.harm_margin - EDGE
            and self.reliance < policy.reliance_margin - EDGE
        )

    def features_limit(self, policy: Policy) -> bool:
        """HM013's claim: no number of labels that anyone would collect reaches the target. On it is "reached"."""
        assert policy.target is not None
        return self.at_horizon is not None and self.at_horizon < policy.target - EDGE

    def labels_limit(self, policy: Policy) -> bool:
        """HM014's claim: the head misses the target, and more labels within the budget lift it above."""
        assert policy.target is not None
        return (
            self.at_budget is not None and self.worst < policy.target - EDGE and self.at_budget > policy.target + EDGE
        )

    def untrue(self, policy: Policy) -> tuple[str, ...]:
        """Rules of the curve whose "found" would be false."""
        claims = {"HM013": self.features_limit(policy), "HM014": self.labels_limit(policy)}
        return tuple(code for code, true in claims.items() if self.at_horizon is not None and not true)

    def category(self, policy: Policy) -> str:
        """The row of the decision's table that is true, first match first; "no effect" where none is."""
        if self.gap < policy.gap_margin - EDGE and self.reliance_before < policy.reliance_margin - EDGE:
            return "no_shortcut_found"
        if self.sufficient(policy):
            return "treatment_sufficient"
        if self.change < -EDGE:
            return "treatment_harms"
        if self.reliance > policy.reliance_margin + EDGE or self.features_limit(policy):
            return "surgery_needed"
        if self.labels_limit(policy):
            return "collect_data"
        return "treatment_helps" if self.change > EDGE else "no effect"


def truth_of(world: World) -> Truth:
    """From the rates that were set."""
    before, after = np.array(world.before), np.array(world.after)
    by_class = before.reshape(2, -1)
    return Truth(
        worst=float(after.min()),
        loss=float((before - after).max()),
        reliance=_reliance(world, world.after, world.flips),
        change=float(after.min() - before.min()),
        gap=float((by_class.max(axis=1) - by_class.min(axis=1)).max()),
        reliance_before=_reliance(world, world.before, world.flips_before),
    )


def _reliance(world: World, accuracy: Numbers, flips: Flips) -> float:
    """Rows flip at the same rates whatever they say; the direction is that of the answer they start from."""
    k = len(world.sizes) // 2
    group = np.repeat(np.arange(len(world.sizes)), world.sizes)[with_twins(world)]
    aligned = world.association[group % k] == group // k
    right = np.array(accuracy)[group]
    along = float(np.where(aligned, right, 1 - right).mean())  # the answer is the class of the row's own cue
    beyond = flips.swap - flips.control
    return max(beyond * along, beyond * (1 - along), beyond)
