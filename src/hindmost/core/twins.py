"""Tables of what treated twins do to one head: flips toward and away from harm, margin shifts, their parts by feature.

Fractions and logits; None where nothing can be said. Plain Python values only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A number with the ends of its two-sided 95 % interval; None where nothing can be said."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Flips:
    """Shares of rows whose answer flips in one direction."""

    treated: Estimate
    control: Estimate | None
    beyond: Estimate | None  # treated minus control, paired (Tango); None without a control


@dataclass(frozen=True)
class Shift:
    """How the margin of the true class moves, in logits; "beyond" is treated minus control, row by row."""

    treated: Estimate
    control: Estimate | None
    beyond: Estimate | None
    treated_high: Estimate  # 95th percentile of |shift|
    control_high: Estimate | None


@dataclass(frozen=True)
class PairEffect:
    """One group's rows, or all of them. n = 0: every estimate is empty."""

    name: str
    n: int
    harm: Flips  # right on the original, wrong on the twin
    help: Flips  # wrong on the original, right on the twin
    shift: Shift


@dataclass(frozen=True)
class BlamedFeature:
    """One feature's mean part of the margin shift, under the baseline and under the head."""

    feature: int
    before: float
    after: float
    kept: bool  # the head's weight is not zero


@dataclass(frozen=True)
class FeatureBlame:
    """Mean margin shift of one group's rows, taken apart. Empty where the group has no rows.

    ``before = kept_before + zeroed_before``: the baseline's shift on features that the head keeps, and on
    those that it zeroes. ``after`` comes from kept features alone. ``share_of_moved_zeroed``: of the sum of
    sizes of the baseline's parts, what lies on zeroed features; None where nothing moves.
    """

    name: str
    n: int
    before: float | None
    kept_before: float | None
    zeroed_before: float | None
    share_of_moved_zeroed: float | None
    after: float | None
    n_kept: int
    top: tuple[BlamedFeature, ...]  # by size of the baseline's part
