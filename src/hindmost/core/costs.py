"""What the images cost that would settle what is open, and those to collect for fitting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class CostRow:
    """More labelled images of one group, for one question."""

    asked_by: str  # code of the rule, or "decision"
    group: str
    more: int | None  # None: more than anyone would collect
    price: float | None  # of one image; None: the policy declares none for this group
    cost: float | None
    split: Literal["test", "val"] = "test"  # images to decide with, or validation images to fit the head on


@dataclass(frozen=True)
class Costs:
    """Prices of the policy, set against what the findings ask for.

    ``total`` settles every question of the test rows: images of a group serve all of them, so each group counts
    once, with its largest number. ``labels`` is the same for validation images to label. An image serves only one
    of the two, and no sum holds both. None, with a reason, where a number or a price is missing.
    """

    currency: str | None
    rows: tuple[CostRow, ...]
    total: float | None
    total_reason: str | None
    training: float | None  # training the network once more: hours times price
    labels: float | None = None
    labels_reason: str | None = None
