"""Tables of what single features of the representation tell, and what becomes of their weight in a head.

Fractions everywhere; None where nothing can be said. Plain Python values only, so that ``asdict`` gives JSON.
``low`` and ``high`` are the ends of two-sided 95 % intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hindmost.core.excited import ExcitedRow, UsualLift

Role = Literal["core", "cue", "mixed", "neither"]
ROLES: tuple[Role, ...] = ("core", "cue", "mixed", "neither")


@dataclass(frozen=True)
class Told:
    """How well one feature orders two kinds of rows, averaged over strata; of several comparisons the clearest."""

    auc: float  # over 0.5: the feature is higher for ``what``
    low: float
    high: float
    p_adjusted: float  # against "0.5 give or take the margin", Holm over features, comparisons, both questions
    what: str  # the class or cue value that is set against the others


@dataclass(frozen=True)
class FeatureRow:
    """One feature. By head: ``share`` of its margin weight, and share of its fits that ``kept`` the feature."""

    feature: int
    role: Role
    tells_class: Told  # within one cue value
    tells_cue: Told  # within one class
    share: dict[str, float]
    kept: dict[str, float]


@dataclass(frozen=True)
class Part:
    """A share with its interval over test rows drawn again, the roles decided anew in each draw."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class RoleShare:
    """One role in one head, beside the baseline. Margin weight of a feature: size of its weight times its sd.

    ``zeroed``: of the baseline's weight on features whose weight is exactly 0 in this head, the part on this role;
    ``zeroed_rate``: of the baseline's weight on this role, the part that was set to 0. ``lost`` and ``lost_rate``: the
    same of the weight that the head does not keep with its sign, both heads scaled to the same total.
    """

    role: Role
    n: int  # features
    before: Part
    after: Part
    zeroed: Part
    zeroed_rate: Part
    lost: Part
    lost_rate: Part
    zeroed_fits: tuple[float, ...]  # ``zeroed`` in each single fit before averaging; empty: one fit


@dataclass(frozen=True)
class HeadRoles:
    """What one head did with the evidence that the baseline used."""

    n_zeroed: int  # features without any weight
    zeroed: float  # share of the baseline's margin weight on them
    lost: float  # share of the margin weight that moved, or changed its sign
    roles: tuple[RoleShare, ...]  # core, cue, mixed, neither


@dataclass(frozen=True)
class Anatomy:
    """Features of the representation, and what each head does with them. ``reason``: why there are no roles."""

    reason: str | None
    split: str  # whose rows the features were judged on
    n: int  # rows that were judged
    groups: tuple[int, ...]  # of them in each group
    strata: tuple[int, int]  # cue values in which classes could be compared, classes in which cue values could
    n_features: int
    margin: float  # distance of an AUC from 0.5 that still counts as telling nothing
    level: float  # chance of any wrong role
    counts: dict[Role, int]  # features in each role; empty: no roles
    entanglement: Part  # cosine of what features tell of class and of cue: 0 apart, 1 alike
    effective_number: float | None  # of uncorrelated features that the representation is worth
    heads: dict[str, HeadRoles]  # linear heads but the baseline
    top: tuple[FeatureRow, ...]  # features with the largest share in the baseline or in the head that is shown
    file: str  # all features, beside the audit
    excited: tuple[ExcitedRow, ...] = ()  # of the deciding head; empty: it is not linear, or there are no roles
    usual_lift: UsualLift | None = None  # what to hold the lift of single features against


@dataclass(frozen=True)
class FeatureTable:
    """All d features, for the file beside the audit: columns of equal length."""

    columns: dict[str, tuple[float | int | str | None, ...]]
