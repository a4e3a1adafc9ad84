"""HM003: the deciding head's worst group lies under the target."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence, HeadRecord
from hindmost.core.findings import Finding, RowsWanted, Sentence
from hindmost.core.policy import Policy
from hindmost.core.tables import GroupRow, WorstGroup
from hindmost.rules._lookup import available, empty_test_groups, why_no_head
from hindmost.rules._rows_needed import rows_for_lower, rows_for_upper
from hindmost.rules._say import Value, joined, more_rows, say

CODE = "HM003"
TITLE = "The deciding head's worst group misses the target"

FOUND = (
    "On test, the worst group of {head} is {group} with {worst:.1%}, n = {n}; the true worst group is at most "
    "{upper:.1%}, which is under the target of {target:.1%}."
)
FOUND_BRIEF = "The worst group of {head} is right on at most {upper:.1%}; the target is {target:.1%}."
CLEAR = (
    "Every group of {head} is right on at least {lower:.1%}; the lowest on test, {group}, is {worst:.1%}, n = "
    "{n}. The target is {target:.1%}."
)
CLEAR_BRIEF = "Every group of {head} is right on at least {lower:.1%}; the target is {target:.1%}."
OPEN = (
    "The worst group of {head} lies between {lower:.1%} and {upper:.1%}; the target is {target:.1%}. At the rates "
    "seen, this many more test rows would decide: {more}."
)
OPEN_EMPTY = (
    "Whether every group of {head} reaches {target:.1%} cannot be said, because these groups have no test rows: "
    "{empty}. At least {least} rows of each are needed."
)
OPEN_BRIEF = "The data do not say whether the worst group of {head} reaches {target:.1%}."
NO_TARGET = "The policy declares no target, so nothing can reach it or be found sufficient."
NO_WORST_GROUP = "The worst group of {head} is not known: there are no test rows."
WOULD_CHANGE = (
    "A lower bound of {target:.1%} or more in every group makes it clear; an upper bound below it in one group, found."
)


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Compare the bounds of the true minimum over groups with the policy's target."""
    finding = partial(Finding, CODE, TITLE)
    head = available(evidence, policy.deciding_head)
    if policy.target is None:
        return finding("not_applicable", Sentence(NO_TARGET))
    if head is None:
        return finding("not_applicable", why_no_head(evidence, policy.deciding_head))
    worst = head.worst_group
    if worst is None or worst.test_minimum is None:
        return finding("not_applicable", say({"head": policy.deciding_head}, NO_WORST_GROUP))
    empty = joined(empty_test_groups(evidence, head))
    values = _values(head, worst, policy) | {"empty": empty}
    numbers = (worst.test_minimum, worst.lower_bound, worst.upper_bound, policy.target, say(values, WOULD_CHANGE))
    if worst.upper_bound is not None and worst.upper_bound < policy.target:
        return finding("found", say(values, FOUND, FOUND_BRIEF), *numbers)
    if empty is None and worst.lower_bound is not None and worst.lower_bound >= policy.target:
        return finding("clear", say(values, CLEAR, CLEAR_BRIEF), *numbers)
    wanted = () if empty else rows_wanted(head, policy)
    values |= {"more": more_rows(wanted), "least": rows_for_lower(1.0, policy.target, policy.level)}
    return finding("not_enough_data", say(values, OPEN_EMPTY, OPEN, OPEN_BRIEF), *numbers, wanted=wanted)


def rows_wanted(head: HeadRecord, policy: Policy) -> tuple[RowsWanted, ...]:
    """Groups whose bounds straddle the target, each with the rows that would end that."""
    wanted = []
    for row in head.groups:
        more = None if row.accuracy is None else _rows_in_all(row, len(head.groups), policy)
        straddles = row.lower_bound is not None and policy.target is not None and row.lower_bound < policy.target
        if straddles:
            wanted.append(RowsWanted(row.name, None if more is None else max(1, more - row.n)))
    return tuple(wanted)


def _rows_in_all(row: GroupRow, n_groups: int, policy: Policy) -> int | None:
    if row.accuracy is None or policy.target is None:
        return None
    if row.accuracy > policy.target:
        return rows_for_lower(row.accuracy, policy.target, policy.level)
    return rows_for_upper(row.accuracy, policy.target, policy.level / n_groups)


def _values(head: HeadRecord, worst: WorstGroup, policy: Policy) -> dict[str, Value]:
    n = next((row.n for row in head.groups if row.name == worst.test_minimum_group), None)
    values: dict[str, Value] = {"head": policy.deciding_head, "target": policy.target, "n": n}
    values |= {"group": worst.test_minimum_group, "worst": worst.test_minimum}
    return values | {"lower": worst.lower_bound, "upper": worst.upper_bound}
