"""Where in the evidence a rule finds the head and the change that it judges, or why they are not there."""

from __future__ import annotations

from hindmost.core.audit import Evidence, HeadRecord
from hindmost.core.findings import Sentence
from hindmost.core.policy import Policy
from hindmost.core.tables import ChangeTable, GroupRow
from hindmost.rules._say import say

FEW = 15  # rows of a group below which an accuracy says next to nothing

NOT_FITTED = "The head {head} was not fitted in this audit."
UNAVAILABLE = "The head {head} is not available: {reason}"
UNAVAILABLE_SILENT = "The head {head} is not available, and no reason was recorded."
IS_BASELINE = "The head {head} is the baseline itself, so there is no treatment to judge."
NO_CHANGE_TABLE = "No test rows are there on which {head} could be compared with {baseline}."


def available(evidence: Evidence, head: str) -> HeadRecord | None:
    """The record of a head that could be fitted, else None."""
    record = evidence.heads.get(head)
    return record if record is not None and record.available else None


def why_no_head(evidence: Evidence, head: str) -> Sentence:
    """Why ``available`` gave None."""
    if head not in evidence.heads:
        return say({"head": head}, NOT_FITTED)
    return say({"head": head, "reason": evidence.heads[head].reason}, UNAVAILABLE, UNAVAILABLE_SILENT)


def change_of(evidence: Evidence, policy: Policy) -> ChangeTable | None:
    """What the deciding head changed against the baseline; None where no test row can be compared."""
    head = policy.deciding_head
    change = evidence.changes.get(head)
    if head == evidence.baseline or available(evidence, head) is None or change is None:
        return None
    return change if any(row.n > 0 for row in change.groups) else None


def why_no_change(evidence: Evidence, policy: Policy) -> Sentence:
    """Why ``change_of`` gave None."""
    head = policy.deciding_head
    if head == evidence.baseline:
        return say({"head": head}, IS_BASELINE)
    if available(evidence, head) is None:
        return why_no_head(evidence, head)
    return say({"head": head, "baseline": evidence.baseline}, NO_CHANGE_TABLE)


def gained(change: ChangeTable | None) -> bool:
    """True where the worst group rose beyond its interval."""
    if change is None or change.worst_difference is None or change.worst_low is None:
        return False
    return change.worst_low > 0


def row_of(head: HeadRecord | None, name: str | None) -> GroupRow | None:
    """The row of one group, by name."""
    rows = () if head is None else head.groups
    return next((row for row in rows if row.name == name), None)


def empty_test_groups(evidence: Evidence, head: HeadRecord | None) -> tuple[str, ...]:
    """Groups of the data without a test row, by the counts or by the head's own table."""
    counts = evidence.data.counts.get("test", ())
    seen = {row.name for row in (() if head is None else head.groups) if row.n > 0}
    return tuple(
        name for g, name in enumerate(evidence.data.groups) if name not in seen or (g < len(counts) and counts[g] == 0)
    )
