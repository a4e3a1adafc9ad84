"""HM006: a group-blind shift of the class offsets gets as far as the deciding head."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, RowsWanted, Sentence
from hindmost.core.policy import Policy
from hindmost.core.tables import ChangeTable
from hindmost.rules._lookup import available, change_of, gained, row_of, why_no_change, why_no_head
from hindmost.rules._rows_needed import growth, more
from hindmost.rules._say import Value, more_rows, points, say

CODE = "HM006"
TITLE = "A moved threshold explains the gain"
CONTROL = "threshold"

FOUND = (
    "Against {control}, which only moves the class offsets, the worst group of {head} differs by "
    "{difference:+.1f} points [{low:+.1f}, {high:+.1f}]: the gain of {gain:+.1f} points over {baseline} needs no "
    "other weights."
)
CLEAR = (
    "Against {control}, which only moves the class offsets, the worst group of {head} differs by "
    "{difference:+.1f} points [{low:+.1f}, {high:+.1f}]: the gain of {gain:+.1f} points over {baseline} is more "
    "than a moved threshold."
)
OPEN = (
    "Against {control}, which only moves the class offsets and shows no gain of its own beyond its interval, the "
    "worst group of {head} differs by {difference:+.1f} points [{low:+.1f}, {high:+.1f}]. About this many more "
    "test rows would decide: {more}."
)
OPEN_BRIEF = (
    "The data do not say whether {head} does more for the worst group than {control}, which only moves the class "
    "offsets."
)
IS_CONTROL = "The deciding head is {control}, the control itself."
NO_GAIN = "The worst group of {head} did not gain beyond its interval, so there is no gain to explain."
NO_COMPARISON = "The worst groups of {head} and {control} could not be compared on the same rows."
WOULD_CHANGE = "An interval of the difference to {control} that lies above 0 makes it clear."


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Compare the deciding head with the threshold control, where there is a gain to explain."""
    finding = partial(Finding, CODE, TITLE)
    reason = _not_applicable(evidence, policy)
    control = evidence.control_change
    if reason is not None or control is None:
        return finding("not_applicable", reason or _no_comparison(policy))
    values = _values(evidence, policy, control)
    numbers = (control.worst_difference, control.worst_low, control.worst_high, 0.0, say(values, WOULD_CHANGE))
    if control.worst_low is None or control.worst_high is None:
        return finding("not_enough_data", say(values, OPEN_BRIEF), *numbers)
    if control.worst_low > 0:
        return finding("clear", say(values, CLEAR), *numbers)
    if control.worst_high <= 0 or gained(evidence.changes.get(CONTROL)):
        return finding("found", say(values, FOUND), *numbers)
    wanted = _rows_wanted(evidence, control)
    message = say(values | {"more": more_rows(wanted)}, OPEN, OPEN_BRIEF)
    return finding("not_enough_data", message, *numbers, wanted=wanted)


def _not_applicable(evidence: Evidence, policy: Policy) -> Sentence | None:
    if policy.deciding_head == CONTROL:
        return say({"control": CONTROL}, IS_CONTROL)
    change = change_of(evidence, policy)
    if change is None:
        return why_no_change(evidence, policy)
    if available(evidence, CONTROL) is None:
        return why_no_head(evidence, CONTROL)
    if not gained(change):
        return say({"head": policy.deciding_head}, NO_GAIN)
    complete = evidence.control_change is not None and evidence.control_change.worst_difference is not None
    return None if complete else _no_comparison(policy)


def _no_comparison(policy: Policy) -> Sentence:
    return say({"head": policy.deciding_head, "control": CONTROL}, NO_COMPARISON)


def _values(evidence: Evidence, policy: Policy, control: ChangeTable) -> dict[str, Value]:
    change = change_of(evidence, policy)
    gain = None if change is None else change.worst_difference
    values: dict[str, Value] = {"head": policy.deciding_head, "baseline": evidence.baseline, "control": CONTROL}
    values |= {"difference": points(control.worst_difference), "gain": points(gain)}
    return values | {"low": points(control.worst_low), "high": points(control.worst_high)}


def _rows_wanted(evidence: Evidence, control: ChangeTable) -> tuple[RowsWanted, ...]:
    """Rows of the control's worst group at which the interval would leave 0 behind."""
    head = available(evidence, CONTROL)
    worst = None if head is None else head.worst_group
    row = None if worst is None else row_of(head, worst.test_minimum_group)
    factor = growth(control.worst_difference, control.worst_low, 0.0)
    return () if row is None or factor is None else (RowsWanted(row.name, more(row.n, factor)),)
