"""What the images cost that would settle what is open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CostRow:
    """More labelled images of one group, for one question."""

    asked_by: str  # code of the rule, or "decision"
    group: str
    more: int | None  # None: more than anyone would collect
    price: float | None  # of one image; None: the policy declares none for this group
    cost: float | None


@dataclass(frozen=True)
class Costs:
    """Prices of the policy, set against what the findings ask for.

    ``total`` settles every row: images of a group serve all questions, so each group counts once, with
    its largest number. None, with a reason, where a number or a price is missing.
    """

    currency: str | None
    rows: tuple[CostRow, ...]
    total: float | None
    total_reason: str | None
    training: float | None  # training the network once more: hours times price
