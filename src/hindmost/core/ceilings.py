"""Tables of what limits the worst group: its curve over labelled images, and how that goes on.

Fractions everywhere; None where nothing can be said, with a reason. Plain Python values only.
"""

from __future__ import annotations

from dataclasses import dataclass

from hindmost.core.retrains import LabelBudget
from hindmost.core.tables import WorstGroup


@dataclass(frozen=True)
class CurveValue:
    """Accuracy that the curves say of one number of images per group. ``budget`` None: without end, the asymptote."""

    budget: int | None
    estimate: float | None
    lower: float | None  # one-sided bounds
    upper: float | None


@dataclass(frozen=True)
class GroupCurve:
    """The curve of one group. n: test rows; rows: validation rows that labels were drawn from."""

    name: str
    n: int
    rows: int
    rise: float | None  # over the last part of the curve, see ``Extrapolation.rise_from``
    rise_lower: float | None  # one-sided
    values: tuple[CurveValue, ...]
    reason: str | None  # why it was not extrapolated


@dataclass(frozen=True)
class Extrapolation:
    """The curves of all groups, taken further, and the worst group's.

    ``worst[i]`` is the lowest estimate, lowest lower bound and lowest upper bound over the groups; upper bounds are
    taken at level / groups, since chance may pick the lowest. The target is met by ``needed`` images per group at the
    estimates; not before ``needed_earliest`` by the upper bounds, at latest by ``needed_latest`` by the lower ones.
    """

    rise_from: int  # images per group from which the rise is taken, to the largest budget
    horizon: int  # images per group up to which a bound decides
    groups: tuple[GroupCurve, ...]
    worst: tuple[CurveValue, ...]  # at the largest budget, up to the horizon, and without end
    target: float | None
    needed: int | None  # None: not within ``searched`` images per group
    needed_earliest: int | None
    needed_latest: int | None
    searched: int
    reason: str | None  # why the worst group has no estimate


@dataclass(frozen=True)
class LabelCurve:
    """Worst group against labelled images, for one head, and how it goes on."""

    head: str
    label_budget: int  # the policy's: labelled images per group that could be had in all
    curve: LabelBudget | None
    extrapolation: Extrapolation | None
    reason: str | None  # why one of the two is missing


@dataclass(frozen=True)
class Rung:
    """One step of the ladder from the network's own head to another network, on the same test rows.

    ``step`` is the worst group (the minimum over test groups) minus that of the last rung before it that has one, with
    its two-sided 95 % interval, paired on the test rows.
    """

    title: str
    head: str | None
    n: int  # test rows
    worst: WorstGroup | None
    step: float | None
    step_low: float | None
    step_high: float | None
    reason: str | None  # why there is no number


@dataclass(frozen=True)
class Ceilings:
    """What limits the worst group."""

    labels: LabelCurve
    ladder: tuple[Rung, ...] = ()
