"""How far the maps of one head can be trusted: checks of the explanation itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TrustOutcome = Literal["passed", "failed", "not_applicable"]
Passes = Literal["below", "above", "off"]


@dataclass(frozen=True)
class TrustPart:
    """One check. It passes where the whole interval lies on the right side of the threshold, else it fails.

    ``check``: "random_head", "random_layers", "other_masks", "refits", "deletion", "swap" or "places".
    ``passes``: the interval must lie "below" or "above" the threshold, or "off" it, on either side.
    """

    check: str
    outcome: TrustOutcome
    passes: Passes
    threshold: float
    n: int  # images
    value: float | None
    low: float | None  # two-sided 95 % bootstrap interval
    high: float | None
    reason: str | None  # why it is not applicable


@dataclass(frozen=True)
class MapTrust:
    """All checks of the maps of one head; no rule may lean on maps of which one failed."""

    parts: tuple[TrustPart, ...]


def failed(trust: MapTrust | None) -> tuple[str, ...]:
    """The checks that failed, in their order.

    Examples
    --------
    >>> failed(None)
    ()
    """
    return () if trust is None else tuple(part.check for part in trust.parts if part.outcome == "failed")


def applied(trust: MapTrust | None) -> int:
    """How many checks could be made."""
    return 0 if trust is None else sum(part.outcome != "not_applicable" for part in trust.parts)
