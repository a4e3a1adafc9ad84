"""Tables of what happens when a head is fitted again: on other subsets, and on fewer rows.

Fractions everywhere; None where nothing can be said. Plain Python values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CrossingOutcome = Literal["crosses", "never_crosses", "always_above", "open"]


@dataclass(frozen=True)
class SupportStability:
    """Which features the single fits of one head keep. A feature is kept where any of its weights is not 0."""

    fits: int
    n_features: int
    frequency: tuple[float, ...]  # share of the fits that keep each feature
    kept_in: tuple[int, ...]  # how many features are kept by exactly 0, 1, ..., fits fits
    jaccard: float | None  # mean over pairs of fits of |both| / |either|; None: one fit, or every fit keeps nothing
    jaccard_low: float | None  # smallest and largest pair
    jaccard_high: float | None
    jaccard_by_chance: float | None  # mean over pairs if each fit kept as many features, drawn at random
    stability: float | None  # 1 = always the same features, 0 = as by chance; None where it has no meaning


@dataclass(frozen=True)
class DrawSpread:
    """How far the worst group moves with the subset that a head was fitted on, and with the test rows.

    ``draw_sd`` and ``sampling_sd`` are on one scale: other subsets for the same test rows, and other test rows for the
    same subset.
    """

    fits: int
    n: int  # test rows
    worst: tuple[float, ...]  # worst-group accuracy of each fit
    mean: float
    draw_sd: float | None  # over the fits; None: one fit
    low: float  # range over the fits
    high: float
    sampling_sd: float  # root mean over the fits of the bootstrap variance of the worst group
    binomial_sd: float  # the same, from the size of each fit's worst group alone
    average: float | None  # worst group of the averaged head; None: not handed in
    gain: float | None  # that minus the mean over single fits
    gain_low: float | None  # two-sided 95 %, fits and test rows drawn again, paired
    gain_high: float | None
    beaten: float | None  # share of the fits that the average is better than


@dataclass(frozen=True)
class BudgetDraw:
    """One fit of a label budget: the raw table."""

    budget: int  # images per group
    draw: int
    worst: float | None  # None: not fitted
    accuracy: tuple[float | None, ...]  # of each group, in group order
    reason: str | None  # why it was not fitted


@dataclass(frozen=True)
class BudgetPoint:
    """One budget, over its draws."""

    budget: int
    fitted: int  # draws that could be fitted
    worst: float | None  # mean over the draws of the worst group's accuracy
    sd: float | None  # over the draws; None: fewer than two
    low: float | None  # two-sided 95 % of the mean, draws and test rows drawn again
    high: float | None
    below_baseline: float | None  # share of the draws whose worst group is below the baseline's
    accuracy: tuple[float | None, ...]  # mean of each group, in group order
    accuracy_sd: tuple[float | None, ...]


@dataclass(frozen=True)
class Crossing:
    """Where the curve of mean worst-group accuracy passes the baseline for good.

    An outcome is claimed where it holds in a share of at least 1 - level of the bootstrap draws, else it is "open".
    """

    outcome: CrossingOutcome
    budget: float | None  # images per group, interpolated on the observed curve; None: it does not cross
    low: float | None  # two-sided 95 % over the bootstrap draws; None: at or below the smallest budget
    high: float | None  # None: above the largest budget
    crosses: float  # shares of the bootstrap draws
    never_crosses: float
    always_above: float


@dataclass(frozen=True)
class LabelBudget:
    """Worst-group accuracy against images per group."""

    groups: tuple[str, ...]
    budgets: tuple[int, ...]
    draws: int
    baseline: tuple[float | None, ...]  # accuracy of each group
    baseline_worst: float
    points: tuple[BudgetPoint, ...]
    crossing: Crossing | None
    crossing_reason: str | None  # why there is none
    table: tuple[BudgetDraw, ...]  # budget by draw
