"""Tables of how a head orders pairs of rows of two classes, by what the cue says about the pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PairKind = Literal["all", "easy", "hard", "same"]


@dataclass(frozen=True)
class Span:
    """A number with the ends of its two-sided 95 % interval; None where nothing can be said."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class RankRow:
    """Pairs of one kind: how often the row of the second class is put above that of the first; ties half.

    ``easy``: the cue orders the pair right; ``hard``: wrong; ``same``: it does not order it. ``share`` of all pairs, so
    that ``all = sum of share times value`` over the kinds, in ``before``, ``after`` and ``change``.
    """

    kind: PairKind
    positives: int  # rows of the second class that occur in such a pair
    negatives: int  # rows of the first class
    share: float | None
    before: Span  # AUC of the baseline
    after: Span
    change: Span  # on the same pairs


@dataclass(frozen=True)
class Ranking:
    """One head against the baseline. ``reason``: why there are no rows."""

    reason: str | None
    second: str | None  # the class that should lie above
    rows: tuple[RankRow, ...]  # all, easy, hard, same
