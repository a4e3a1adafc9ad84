"""The tables between measuring and deciding. Fractions everywhere; None where nothing can be said.

Every number travels with its n and its interval; ``low`` and ``high`` are the ends of a two-sided
95 % interval unless the field says otherwise. A table holds plain Python values only, so that
``dataclasses.asdict`` gives JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HarmOutcome = Literal["helped", "harmed", "unharmed", "open", "no_data"]


@dataclass(frozen=True)
class GroupRow:
    """Accuracy of one head on one group of test rows. n = 0: every other number is None."""

    name: str
    n: int
    correct: int | None
    accuracy: float | None
    low: float | None  # Wilson, for the eye
    high: float | None
    lower_bound: float | None  # one-sided Clopper-Pearson at the policy's level, for decisions
    upper_bound: float | None


@dataclass(frozen=True)
class WorstGroup:
    """The worst group in its three readings.

    ``name .. high``: the group chosen on out-of-fold validation predictions, scored on test (Wilson).
    ``test_minimum``: the plain minimum over test groups that papers print, and its group.
    ``lower_bound``: minimum over groups of one-sided lower bounds (needs no correction); None where a
    test group is empty. ``upper_bound``: minimum over groups of upper bounds at level / number of groups.
    """

    name: str | None
    n: int | None
    accuracy: float | None
    low: float | None
    high: float | None
    chosen_on: str  # "validation, out of fold", or why no group could be chosen
    test_minimum: float | None
    test_minimum_group: str | None
    lower_bound: float | None
    lower_bound_reason: str | None  # why it is None
    upper_bound: float | None


@dataclass(frozen=True)
class ShortcutGap:
    """The largest difference in accuracy between cues within one class, with simultaneous bounds."""

    gap: float | None
    class_name: str | None
    better_cue: str | None
    worse_cue: str | None
    lower_bound: float | None
    upper_bound: float | None  # simultaneous over every class and cue pair, at the level handed in
    complete: bool  # False where a class x cue pair could not be compared
    reason: str | None


@dataclass(frozen=True)
class HeadTable:
    """One head on the test rows."""

    groups: tuple[GroupRow, ...]
    worst_group: WorstGroup
    mean: float | None
    adjusted_mean: float | None  # weighted to the training group mix
    adjusted_mean_reason: str | None
    shortcut_gap: ShortcutGap


@dataclass(frozen=True)
class ChangeRow:
    """Head minus baseline on the same test rows of one group."""

    name: str
    n: int
    fixed: int | None  # baseline wrong, head right
    broken: int | None  # baseline right, head wrong
    difference: float | None
    low: float | None  # two-sided 95 %, unadjusted
    high: float | None
    lower_bound: float | None  # one-sided at the level, against harm
    p_value: float | None  # exact McNemar, or sign flips by cluster
    p_adjusted: float | None  # Holm over the groups of this head
    outcome: HarmOutcome
    n_to_close: int | None  # rows of this group that would close an open question, at the rates seen


@dataclass(frozen=True)
class ChangeTable:
    """What one head changed against the baseline, group by group.

    ``worst_difference``: worst-group accuracy of the head minus that of the baseline, each over all test
    groups with rows, with a two-sided 95 % interval from bounds of every pair of groups (``core.worst_change``).
    """

    baseline: str
    groups: tuple[ChangeRow, ...]
    worst_difference: float | None
    worst_low: float | None
    worst_high: float | None
    method: str  # e.g. "Newcombe paired interval, exact McNemar, Holm over groups"


@dataclass(frozen=True)
class RelianceRow:
    """Directed flips of one group's rows under the cue swap and under the control."""

    name: str
    n: int
    swap: float | None
    control: float | None
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Reliance:
    """How much one head leans on the cue.

    ``kind`` says how it was measured: "swap" = directed flips under a cue swap minus the same flips under
    the control, an intervention; "swap_only" = no control image exists, so fragility is not taken off and
    only the upper bound may be used; "dependence" = Somers' D between the margin and the cue within
    class, an association; "none" = neither is possible, ``reason`` says why.
    """

    kind: Literal["swap", "swap_only", "dependence", "none"]
    reason: str | None
    n: int
    swap: float | None  # rate of directed flips under the swap
    control: float | None  # rate of the same flips under the control
    number: float | None  # reliance: swap minus control, or the largest |D|
    low: float | None  # two-sided 95 %
    high: float | None
    lower_bound: float | None  # one-sided, simultaneous over directions (swap) or classes (dependence)
    upper_bound: float | None
    direction: str | None  # "with the training association", "against ..." or "in either direction"
    groups: tuple[RelianceRow, ...]
    made: str | None = None  # where the twins of a swap came from


@dataclass(frozen=True)
class HeadAnatomy:
    """What the last layer of one head looks like, in margin weights (class 1 minus class 0 if binary)."""

    n_weights: int
    zeros: float  # share of weights that are exactly 0 in the head that is used
    zeros_per_fit: tuple[float, ...]  # the same in each single fit before averaging; empty: one fit
    always_kept: float | None  # share of weights that are non-zero in every single fit
    effective_number: float  # (sum |w|)^2 / sum w^2
    cosine_raw: float | None  # with the baseline, raw features
    cosine_standardised: float | None  # with the baseline, weights times the train sd of each feature
    histogram_edges: tuple[float, ...]  # of weights times train sd, shared by all heads of one audit
    histogram_counts: tuple[int, ...]


@dataclass(frozen=True)
class MapRow:
    """Positive evidence inside the core mask, over the images of one group."""

    name: str
    n: int  # images measured
    excluded: int  # images without positive evidence
    mass: float | None  # mean share of positive evidence inside the mask
    area: float | None  # mean share of the map that the mask covers
    lift: float | None  # mean over images of mass / area; 1 = evidence is spread evenly
    low: float | None  # two-sided 95 % bootstrap interval of the lift
    high: float | None


@dataclass(frozen=True)
class MapTable:
    """Where the evidence for the true class lies, for one head."""

    all_masks: tuple[MapRow, ...]
    good_masks: tuple[MapRow, ...]  # without rows whose mask is known to be poor
    change_low: float | None  # two-sided 95 %: mean paired change of lift against the baseline, all groups
    change: float | None
    change_high: float | None
    n_paired: int


@dataclass(frozen=True)
class Thumbnail:
    """One shown image with its raw maps; ``maps[head]`` is (h, w) margin evidence per cell."""

    id: str
    group: str
    jpeg: str  # base64
    mask: tuple[tuple[float, ...], ...] | None  # core mask, averaged to cells
    maps: dict[str, tuple[tuple[float, ...], ...]]
    margins: dict[str, float]
