"""Which parts of an audit come first: choices for the eye, never new numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hindmost.core.audit import Audit, HeadRecord
from hindmost.core.findings import Finding
from hindmost.core.tables import ChangeRow
from hindmost.report import words
from hindmost.report.words import Word

ORDER = ("found", "not_enough_data", "clear", "not_applicable")


@dataclass(frozen=True)
class Worst:
    """The lowest test group of one head: the reading that the decision's sentence quotes."""

    head: str
    group: str
    n: int
    accuracy: float | None
    low: float | None
    high: float | None


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
    """Lowest test group of the baseline and of the shown head."""
    head = shown_head(audit)
    return _worst(audit, audit.baseline), None if head is None else _worst(audit, head)


def _worst(audit: Audit, head: str) -> Worst | None:
    table = audit.heads[head].worst_group
    lowest = None if table is None else table.test_minimum_group
    row = next((row for row in audit.heads[head].groups if row.name == lowest), None)
    return None if row is None else Worst(head, row.name, row.n, row.accuracy, row.low, row.high)


def chosen_on_validation(audit: Audit) -> tuple[float, ...]:
    """Accuracy on test of the group chosen on validation, baseline first; empty unless every shown head has one."""
    heads = [audit.baseline, *([head] if (head := shown_head(audit)) else [])]
    tables = [audit.heads[name].worst_group for name in heads]
    found = tuple(table.accuracy for table in tables if table is not None and table.accuracy is not None)
    return found if len(found) == len(heads) else ()


def changed(audit: Audit, outcome: str) -> tuple[ChangeRow, ...]:
    """Groups of the shown head with one outcome."""
    head = shown_head(audit)
    return tuple(row for row in audit.changes[head].groups if row.outcome == outcome) if head else ()


def decision_word(audit: Audit) -> Word:
    """How the decision is shown; a gain that other groups pay for says so in its heading."""
    shown = words.word(words.DECISIONS, audit.decision)
    paid = audit.decision == "treatment_helps" and changed(audit, "harmed")
    return replace(shown, label=words.PAID_FOR) if paid else shown


def threshold_is_enough(audit: Audit) -> bool:
    """Whether a moved threshold was found to explain the gain of the shown head."""
    return any(finding.code == "HM006" and finding.outcome == "found" for finding in audit.findings)


def findings(audit: Audit) -> list[Finding]:
    """Every finding, those that were found first."""
    return sorted(audit.findings, key=lambda f: (ORDER.index(f.outcome) if f.outcome in ORDER else 9, f.code))


def wanted_for_target(audit: Audit) -> dict[str, int | None]:
    """Group -> more test images that would settle whether it reaches the target, as the finding counts them."""
    asked = (one for finding in audit.findings if finding.code == "HM003" for one in finding.wanted)
    return {one.group: one.more for one in asked}


def photographs(audit: Audit) -> dict[str, int]:
    """Place of each stored image, by its id."""
    return {one.id: i for i, one in enumerate(audit.thumbnails)}
