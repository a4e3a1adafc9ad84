"""Which parts of an audit come first: choices for the eye, never new numbers."""

from __future__ import annotations

from dataclasses import dataclass

from hindmost.core.audit import Audit, HeadRecord
from hindmost.core.findings import Finding
from hindmost.core.tables import ChangeRow, WorstGroup

ORDER = ("found", "not_enough_data", "clear", "not_applicable")


@dataclass(frozen=True)
class Worst:
    """The worst group of one head in the reading that is shown first."""

    head: str
    group: str | None
    n: int | None
    accuracy: float | None
    low: float | None
    high: float | None
    chosen: bool  # True: chosen on validation; False: the plain minimum over the test groups


def available(audit: Audit) -> dict[str, HeadRecord]:
    """Heads that have tables, the baseline first."""
    names = [audit.baseline, *(name for name in audit.heads if name != audit.baseline)]
    return {name: audit.heads[name] for name in names if audit.heads[name].available}


def shown_head(audit: Audit) -> str | None:
    """The head that is set against the baseline: the deciding one, else the first that was compared."""
    compared = [name for name in available(audit) if name in audit.changes]
    deciding = audit.policy.values.get("deciding_head")
    return deciding if deciding in compared else (compared[0] if compared else None)


def worst_pair(audit: Audit) -> tuple[Worst | None, Worst | None]:
    """Worst group of the baseline and of the shown head, both in the same reading."""
    head = shown_head(audit)
    names = [audit.baseline] + ([head] if head else [])
    tables = {name: audit.heads[name].worst_group for name in names}
    chosen = all(table is not None and table.accuracy is not None for table in tables.values())
    read = [_reading(audit, name, table, chosen) for name, table in tables.items()]
    return read[0], read[1] if head else None


def _reading(audit: Audit, head: str, worst: WorstGroup | None, chosen: bool) -> Worst | None:
    if worst is None:
        return None
    if chosen:
        return Worst(head, worst.name, worst.n, worst.accuracy, worst.low, worst.high, True)
    row = next((row for row in audit.heads[head].groups if row.name == worst.test_minimum_group), None)
    if row is None:
        return None
    return Worst(head, row.name, row.n, row.accuracy, row.low, row.high, False)


def changed(audit: Audit, outcome: str) -> tuple[ChangeRow, ...]:
    """Groups of the shown head with one outcome."""
    head = shown_head(audit)
    return tuple(row for row in audit.changes[head].groups if row.outcome == outcome) if head else ()


def findings(audit: Audit) -> list[Finding]:
    """Every finding, those that were found first."""
    return sorted(audit.findings, key=lambda f: (ORDER.index(f.outcome) if f.outcome in ORDER else 9, f.code))


def wanted_for_target(audit: Audit) -> dict[str, int | None]:
    """Group -> more test images that would settle whether it reaches the target, as the finding counts them."""
    asked = (one for finding in audit.findings if finding.code == "HM003" for one in finding.wanted)
    return {one.group: one.more for one in asked}
