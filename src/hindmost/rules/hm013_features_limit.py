"""HM013: ten times the labels, or all that could be had, would not reach the target with these features."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding
from hindmost.core.policy import Policy
from hindmost.rules._curve import at_horizon, extrapolation_of, settled_by_runs, why_no_curve
from hindmost.rules._runs import runs_alike
from hindmost.rules._say import Value, say

CODE = "HM013"
TITLE = "The features limit the worst group"

FOUND = (
    "With {horizon} labelled images of each group, where there are {images}, the worst group of {head} is expected at "
    "{estimate:.1%}, at most {upper:.1%}; the target is {target:.1%}. More labels do not reach it with these features."
)
FOUND_BRIEF = (
    "With {horizon} labelled images of each group, where there are {images}, the worst group of {head} is at most "
    "{upper:.1%}; the target is {target:.1%}. More labels do not reach it with these features."
)
CLEAR = (
    "With {horizon} labelled images of each group, where there are {images}, the worst group of {head} is at least "
    "{lower:.1%}; the target is {target:.1%}. These features allow it."
)
OPEN = (
    "With {horizon} labelled images of each group, where there are {images}, the worst group of {head} is expected at "
    "{estimate:.1%}, between {lower:.1%} and {upper:.1%}; the target is {target:.1%}. More labelled validation images "
    "and more test images narrow it."
)
OPEN_BRIEF = (
    "From {images} labelled images of each group, the curve of {head} does not say on which side of {target:.1%} the "
    "worst group would be with {horizon}."
)
FOUND_RUNS = FOUND + " The curves of all {runs} training runs say so."
FOUND_BRIEF_RUNS = FOUND_BRIEF + " The curves of all {runs} training runs say so."
CLEAR_RUNS = CLEAR + " The curves of all {runs} training runs say so."
RUNS_DIFFER = (
    "The curves of {runs} training runs do not agree: in {found} the features of the network hold {head} under the "
    "target of {target:.1%}, in {clear} they allow it, in {open} neither is shown. It has to hold in every run."
)
WOULD_CHANGE = (
    "An upper bound of the curve at {horizon} images of each group under {target:.1%} makes it found; a lower bound at "
    "or above it, clear."
)


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Hold the upper bound of the curve at its horizon against the policy's target."""
    finding = partial(Finding, CODE, TITLE)
    why, further = why_no_curve(evidence, policy), extrapolation_of(evidence, policy)
    if why is not None or further is None or policy.target is None:
        return finding("not_applicable", why or say({}, TITLE))
    end = at_horizon(further)
    values: dict[str, Value] = {"head": policy.deciding_head, "target": policy.target}
    values |= {"images": further.worst[0].budget or 0, "horizon": further.horizon}
    values |= {"estimate": end.estimate, "lower": end.lower, "upper": end.upper}
    numbers = (end.estimate, end.lower, end.upper, policy.target, say(values, WOULD_CHANGE))
    settled = settled_by_runs(evidence, policy, CODE, values, RUNS_DIFFER)
    if settled is not None:
        outcome, said = settled
        return finding(outcome, said, *numbers)
    values |= {"runs": runs_alike(evidence)}
    if end.upper is not None and end.upper < policy.target:
        return finding("found", say(values, FOUND_RUNS, FOUND_BRIEF_RUNS, FOUND, FOUND_BRIEF), *numbers)
    if end.lower is not None and end.lower >= policy.target:
        return finding("clear", say(values, CLEAR_RUNS, CLEAR), *numbers)
    return finding("not_enough_data", say(values, OPEN, OPEN_BRIEF), *numbers)
