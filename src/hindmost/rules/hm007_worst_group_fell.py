"""HM007: the worst group of the deciding head lies below that of the baseline."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, RowsWanted
from hindmost.core.policy import Policy
from hindmost.core.tables import ChangeTable
from hindmost.rules._lookup import change_of, why_no_change
from hindmost.rules._rows_needed import growth
from hindmost.rules._say import Value, more_rows, points, say
from hindmost.rules._worst import rows_of_worst

CODE = "HM007"
TITLE = "The worst group fell"

FOUND = (
    "From {baseline} to {head} the worst group changed by {difference:+.1f} points [{low:+.1f}, {high:+.1f}]: it "
    "fell beyond its interval."
)
CLEAR_GAIN = (
    "From {baseline} to {head} the worst group changed by {difference:+.1f} points [{low:+.1f}, {high:+.1f}]: it "
    "rose beyond its interval."
)
CLEAR = (
    "From {baseline} to {head} the worst group changed by {difference:+.1f} points [{low:+.1f}, {high:+.1f}]: a "
    "fall of more than the {margin:.1f} points that are tolerated is ruled out."
)
OPEN = (
    "From {baseline} to {head} the worst group changed by {difference:+.1f} points [{low:+.1f}, {high:+.1f}]: a "
    "fall is neither shown nor ruled out. About this many more test rows would decide: {more}."
)
OPEN_PLAIN = (
    "From {baseline} to {head} the worst group changed by {difference:+.1f} points [{low:+.1f}, {high:+.1f}]: a "
    "fall is neither shown nor ruled out."
)
OPEN_BRIEF = "The change of the worst group from {baseline} to {head} has no interval, so a fall cannot be ruled out."
WOULD_CHANGE = (
    "An interval that lies below 0 makes it found; one that lies above -{margin:.1f} points and is not below 0, clear."
)


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Read the sign of the worst group's change off its interval.

    A fall beyond the interval is found, however small. It is clear where a fall of more than the harm
    margin is ruled out: no interval of a true zero change would ever lie above 0.
    """
    finding = partial(Finding, CODE, TITLE)
    change = change_of(evidence, policy)
    if change is None:
        return finding("not_applicable", why_no_change(evidence, policy))
    values = _values(evidence, policy, change)
    numbers = (change.worst_difference, change.worst_low, change.worst_high, 0.0, say(values, WOULD_CHANGE))
    if change.worst_difference is None or change.worst_low is None or change.worst_high is None:
        return finding("not_enough_data", say(values, OPEN_BRIEF), *numbers)
    if change.worst_high < 0:
        return finding("found", say(values, FOUND), *numbers)
    if change.worst_low > 0:
        return finding("clear", say(values, CLEAR_GAIN), *numbers)
    if change.worst_low > -policy.harm_margin:
        return finding("clear", say(values, CLEAR), *numbers)
    wanted = _rows_wanted(evidence, policy, change)
    message = say(values | {"more": more_rows(wanted)}, OPEN, OPEN_PLAIN)
    return finding("not_enough_data", message, *numbers, wanted=wanted)


def _values(evidence: Evidence, policy: Policy, change: ChangeTable) -> dict[str, Value]:
    values: dict[str, Value] = {"head": policy.deciding_head, "baseline": evidence.baseline}
    values |= {"difference": points(change.worst_difference), "margin": points(policy.harm_margin)}
    return values | {"low": points(change.worst_low), "high": points(change.worst_high)}


def _rows_wanted(evidence: Evidence, policy: Policy, change: ChangeTable) -> tuple[RowsWanted, ...]:
    """Rows of the worst groups at which a fall would be shown, or ruled out, whichever is nearer."""
    to_clear = growth(change.worst_difference, change.worst_low, -policy.harm_margin)
    to_found = growth(change.worst_difference, change.worst_high, 0.0)
    factors = [factor for factor in (to_clear, to_found) if factor is not None]
    return rows_of_worst(evidence, policy, min(factors, default=None))
