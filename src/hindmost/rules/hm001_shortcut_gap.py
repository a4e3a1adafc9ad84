"""HM001: within one class, the baseline is right more often with one cue than with another."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from math import sqrt

from scipy.special import ndtri

from hindmost.core.audit import Evidence, HeadRecord
from hindmost.core.findings import Finding, RowsWanted
from hindmost.core.policy import Policy
from hindmost.core.tables import GroupRow, ShortcutGap
from hindmost.rules._lookup import FEW, available, empty_test_groups, why_no_head
from hindmost.rules._rows_needed import growth, more
from hindmost.rules._say import Value, joined, more_rows, points, say

CODE = "HM001"
TITLE = "The baseline has a shortcut gap"

FOUND = (
    "Within the class {class_name}, {head} is right {gap:.1f} points more often with the cue {better} than with "
    "{worse}: at least {lower:.1f} points, where {margin:.1f} are tolerated."
)
FOUND_BRIEF = (
    "Within one class, the accuracy of {head} differs between cues by at least {lower:.1f} points, where "
    "{margin:.1f} are tolerated."
)
CLEAR = (
    "Within every class, the accuracy of {head} differs between cues by {gap:.1f} points, at most {upper:.1f}, "
    "where {margin:.1f} are tolerated."
)
OPEN = (
    "The largest gap of {head} between cues within one class is {gap:.1f} points, between {lower:.1f} and "
    "{upper:.1f}; {margin:.1f} are tolerated. About this many more test rows would decide: {more}."
)
OPEN_EMPTY = (
    "The gap of {head} between cues cannot be compared in every class, because these groups have no test rows: "
    "{empty}. At least {few} more rows of each are needed."
)
OPEN_BRIEF = "The data do not say on which side of {margin:.1f} points the shortcut gap of {head} lies."
NOT_COMPARABLE = "No two cues of one class can be compared for {head}: {reason}"
NOT_COMPARABLE_SILENT = "No two cues of one class can be compared for {head} on the test rows."
WOULD_CHANGE = (
    "A lower bound above {margin:.1f} points makes it found; an upper bound below them, over all pairs of cues, clear."
)


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Compare the simultaneous bounds of the baseline's shortcut gap with the policy's margin."""
    finding = partial(Finding, CODE, TITLE)
    head = available(evidence, evidence.baseline)
    if head is None:
        return finding("not_applicable", why_no_head(evidence, evidence.baseline))
    gap = head.shortcut_gap
    values = _values(evidence, policy, gap)
    if gap is None or gap.gap is None:
        return finding("not_applicable", say(values, NOT_COMPARABLE, NOT_COMPARABLE_SILENT))
    numbers = (gap.gap, gap.lower_bound, gap.upper_bound, policy.gap_margin, say(values, WOULD_CHANGE))
    if gap.lower_bound is not None and gap.lower_bound > policy.gap_margin:
        return finding("found", say(values, FOUND, FOUND_BRIEF), *numbers)
    if gap.complete and gap.upper_bound is not None and gap.upper_bound < policy.gap_margin:
        return finding("clear", say(values, CLEAR), *numbers)
    empty = joined(empty_test_groups(evidence, head))
    wanted = () if empty else _rows_wanted(head, gap, len(evidence.data.cues), policy)
    values |= {"empty": empty, "more": more_rows(wanted)}
    return finding("not_enough_data", say(values, OPEN_EMPTY, OPEN, OPEN_BRIEF), *numbers, wanted=wanted)


def _values(evidence: Evidence, policy: Policy, gap: ShortcutGap | None) -> dict[str, Value]:
    values: dict[str, Value] = {"head": evidence.baseline, "margin": points(policy.gap_margin), "few": FEW}
    if gap is not None:
        values |= {"class_name": gap.class_name, "better": gap.better_cue, "worse": gap.worse_cue}
        values |= {"gap": points(gap.gap), "lower": points(gap.lower_bound), "upper": points(gap.upper_bound)}
        values |= {"reason": gap.reason}
    return values


def _rows_wanted(head: HeadRecord, gap: ShortcutGap, n_cues: int, policy: Policy) -> tuple[RowsWanted, ...]:
    """Rows to add to the pair of groups that holds the upper bound up; the pair is found by a normal approximation."""
    classes = [head.groups[start : start + n_cues] for start in range(0, len(head.groups), max(1, n_cues))]
    pairs = [pair for rows in classes for pair in combinations([row for row in rows if row.accuracy is not None], 2)]
    if not pairs:
        return ()
    z = float(ndtri(1 - policy.level / (2 * len(pairs))))
    one, other = max(pairs, key=lambda pair: _difference(*pair) + z * _error(*pair))
    if _difference(one, other) < policy.gap_margin:
        factor = growth(_difference(one, other), gap.upper_bound, policy.gap_margin)
    else:
        factor = growth(gap.gap, gap.lower_bound, policy.gap_margin)
    return tuple(RowsWanted(row.name, more(row.n, factor)) for row in (one, other))


def _difference(one: GroupRow, other: GroupRow) -> float:
    return abs((one.accuracy or 0.0) - (other.accuracy or 0.0))


def _error(one: GroupRow, other: GroupRow) -> float:
    """Standard error of the difference; one row of each kind is added, so that a rate of 0 or 1 has one."""
    rates = [(((row.accuracy or 0.0) * row.n + 1) / (row.n + 2), row.n) for row in (one, other)]
    return sqrt(sum(rate * (1 - rate) / max(1, n) for rate, n in rates))
