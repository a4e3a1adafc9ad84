"""HM014: the curve over labelled images rises, and meets the target within the policy's budget."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.ceilings import CurveValue, Extrapolation
from hindmost.core.findings import Finding
from hindmost.core.policy import Policy
from hindmost.rules._curve import (
    at_budget,
    extrapolation_of,
    labels_wanted,
    missed,
    missing_target,
    settled_by_runs,
    why_no_curve,
)
from hindmost.rules._runs import runs_alike
from hindmost.rules._say import Value, joined, more_rows, say

CODE = "HM014"
TITLE = "The labels limit the worst group"

FOUND_BY = (
    "From {rise_from} to {images} labelled images a group, {head} still rises in every group that misses the target of "
    "{target:.1%} ({groups}). Taken on, the worst group meets it at about {needed} images of each group, at {earliest} "
    "at the earliest and {latest} at the latest; {budget} could be had. To collect: {wanted}."
)
FOUND = (
    "From {rise_from} to {images} labelled images a group, {head} still rises in every group that misses the target of "
    "{target:.1%} ({groups}). Taken on, the worst group meets it at about {needed} images of each group, at {earliest} "
    "at the earliest; the lower bound does not meet it within {searched}. {budget} could be had. To collect: {wanted}."
)
CLEAR = (
    "With {budget} labelled images of each group the worst group of {head} would be at most {upper:.1%}; the target is "
    "{target:.1%}. More labels within the policy's budget do not reach it."
)
OPEN = (
    "From {images} labelled images of each group, the curve of {head} does not say whether {budget} would reach "
    "{target:.1%}."
)
FOUND_BY_RUNS = FOUND_BY + " The curves of all {runs} training runs say so; the counts are the first run's."
FOUND_RUNS = FOUND + " The curves of all {runs} training runs say so; the counts are the first run's."
CLEAR_RUNS = CLEAR + " The curves of all {runs} training runs say so."
RUNS_DIFFER = (
    "The curves of {runs} training runs do not agree: in {found} more labels within the budget of {budget} take {head} "
    "to the target of {target:.1%}, in {clear} they do not or are not needed, in {open} neither is shown. It has to "
    "hold in every run."
)
WOULD_CHANGE = (
    "A curve that rises beyond its interval in every group under {target:.1%} and meets it within {budget} images of "
    "each group makes it found; an upper bound under the target there, clear."
)


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Follow the curve to as many labelled images of each group as the policy says could be had."""
    finding = partial(Finding, CODE, TITLE)
    why, further = why_no_curve(evidence, policy), extrapolation_of(evidence, policy)
    if why is not None or further is None or policy.target is None:
        return finding("not_applicable", why or say({}, TITLE))
    there = at_budget(further, policy.label_budget)
    values = _values(further, there, policy, policy.target)
    numbers = (there.estimate, there.lower, there.upper, policy.target, say(values, WOULD_CHANGE))
    settled = settled_by_runs(evidence, policy, CODE, values, RUNS_DIFFER)
    if settled is not None:
        outcome, said = settled
        return finding(outcome, said, *numbers)
    values |= {"runs": runs_alike(evidence)}
    if there.upper is not None and there.upper < policy.target:
        return finding("clear", say(values, CLEAR_RUNS, CLEAR), *numbers)
    misses = missed(evidence, policy) and values["wanted"] is not None
    if misses and _rises_to_target(further, there, policy.target, policy.label_budget):
        said = say(values, FOUND_BY_RUNS, FOUND_RUNS, FOUND_BY, FOUND, OPEN)
        return finding("found", said, *numbers, wanted=labels_wanted(further))
    return finding("not_enough_data", say(values, OPEN), *numbers)


def _rises_to_target(further: Extrapolation, there: CurveValue, target: float, budget: int) -> bool:
    """Every group under the target rises beyond doubt, and all meet it in time by their estimates."""
    if there.estimate is None or there.estimate < target or further.needed is None or further.needed > budget:
        return False
    return bool(missing_target(further, target))


def _values(further: Extrapolation, there: CurveValue, policy: Policy, target: float) -> dict[str, Value]:
    values: dict[str, Value] = {"head": policy.deciding_head, "target": target, "budget": policy.label_budget}
    values |= {"rise_from": further.rise_from, "images": further.worst[0].budget or 0, "searched": further.searched}
    values |= {"estimate": there.estimate, "lower": there.lower, "upper": there.upper}
    values |= {"groups": joined(missing_target(further, target) or ()), "wanted": more_rows(labels_wanted(further))}
    values |= {"needed": further.needed, "latest": further.needed_latest}
    return values | {"earliest": further.needed_earliest}
