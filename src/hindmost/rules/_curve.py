"""What the curve over labelled images says of the deciding head: HM013 and HM014 share it."""

from __future__ import annotations

from collections.abc import Mapping

from hindmost.core.audit import Evidence
from hindmost.core.ceilings import CurveValue, Extrapolation, LabelCurve
from hindmost.core.findings import Outcome, RowsWanted, Sentence
from hindmost.core.policy import Policy
from hindmost.rules._lookup import available, empty_test_groups, why_no_head
from hindmost.rules._runs import agree, outcomes_over_runs, runs_alike
from hindmost.rules._say import Value, more_rows, say
from hindmost.rules.costs import price_of_all
from hindmost.rules.hm003_worst_group_target import NO_TARGET

NOT_MEASURED = (
    "The label-budget curve of {head} was not measured: whether more labels would reach the target, or no number of "
    "labels could, is left open."
)
NOT_TAKEN_FURTHER = (
    "The label-budget curve of {head} says nothing beyond its last point, because {reason}: whether more labels would "
    "reach the target, or no number of labels could, is left open."
)
REACHED = (
    "Every group of {head} is right on at least {lower:.1%} with the labels there are; the target is {target:.1%}."
)
REACHED_RUNS = REACHED + " So it is in all {runs} training runs."


def curve_of(evidence: Evidence, policy: Policy) -> LabelCurve | None:
    """The curve of the deciding head, where it was measured."""
    curve = None if evidence.ceilings is None else evidence.ceilings.labels
    return curve if curve is not None and curve.head == policy.deciding_head else None


def extrapolation_of(evidence: Evidence, policy: Policy) -> Extrapolation | None:
    """How that curve goes on, where anything can be said."""
    curve = curve_of(evidence, policy)
    return None if curve is None else curve.extrapolation


def why_no_curve(evidence: Evidence, policy: Policy) -> Sentence | None:
    """Why the curve cannot be held against a target; None where it can."""
    head = policy.deciding_head
    if policy.target is None:
        return Sentence(NO_TARGET)
    if available(evidence, head) is None:
        return why_no_head(evidence, head)
    curve = curve_of(evidence, policy)
    if curve is None:
        return say({"head": head}, NOT_MEASURED)
    if curve.extrapolation is None or not curve.extrapolation.worst:
        return say({"head": head, "reason": curve.reason}, NOT_TAKEN_FURTHER, NOT_MEASURED)
    return None


def reached(evidence: Evidence, policy: Policy, runs: int | None) -> Sentence | None:
    """A sentence where every group of the deciding head is shown to reach the target; else None.

    ``runs``: how many training runs agree; None: there is one.
    """
    head = available(evidence, policy.deciding_head)
    worst = None if head is None else head.worst_group
    if policy.target is None or worst is None or worst.lower_bound is None or empty_test_groups(evidence, head):
        return None
    if worst.lower_bound < policy.target:
        return None
    values: dict[str, Value] = {"head": policy.deciding_head, "lower": worst.lower_bound, "target": policy.target}
    return say(values | {"runs": runs}, REACHED_RUNS, REACHED)


def settled_by_runs(
    evidence: Evidence, policy: Policy, code: str, values: Mapping[str, Value], differ: str
) -> tuple[Outcome, Sentence] | None:
    """What is said before any curve is read: that runs disagree, or that the target is reached already; else None."""
    counts = outcomes_over_runs(evidence, code)
    if counts is not None and not agree(counts):
        return "not_enough_data", say({**values, **counts}, differ)
    already = reached(evidence, policy, runs_alike(evidence))
    return None if already is None else ("clear", already)


def missed(evidence: Evidence, policy: Policy) -> bool:
    """True where the deciding head's worst group is shown to lie under the target with the labels there are."""
    head = available(evidence, policy.deciding_head)
    worst = None if head is None else head.worst_group
    if policy.target is None or worst is None or worst.upper_bound is None:
        return False
    return worst.upper_bound < policy.target


def at_horizon(further: Extrapolation) -> CurveValue:
    """The worst group with as many labels as anyone would collect; without end, hardly anything is ever ruled out."""
    return next((value for value in further.worst if value.budget == further.horizon), further.worst[-1])


def at_budget(further: Extrapolation, budget: int) -> CurveValue:
    """The worst group with as many labelled images of each group as could be had, or as there are if these are more."""
    known = [value for value in further.worst if value.budget is not None and value.budget <= budget]
    return known[-1] if known else further.worst[0]


def missing_target(further: Extrapolation, target: float) -> tuple[str, ...] | None:
    """Groups whose curve lies under the target at its last point; None where one of them does not rise beyond doubt."""
    names = []
    for group in further.groups:
        now = group.values[0].estimate if group.values else None
        if now is None or now >= target:
            continue
        if group.rise_lower is None or group.rise_lower <= 0:
            return None
        names.append(group.name)
    return tuple(names)


def labels_wanted(further: Extrapolation) -> tuple[RowsWanted, ...]:
    """Labelled images to add to each group until all have as many as are needed."""
    needed = further.needed
    if needed is None:
        return ()
    return tuple(RowsWanted(group.name, needed - group.rows, "val") for group in further.groups if group.rows < needed)


def curve_values(evidence: Evidence, policy: Policy) -> dict[str, Value]:
    """Numbers of the curve for the decision's sentence; anything may be None."""
    further, curve = extrapolation_of(evidence, policy), curve_of(evidence, policy)
    if further is None or curve is None or not further.worst:
        return {}
    values: dict[str, Value] = {"ceiling": at_horizon(further).upper, "images": further.worst[0].budget}
    values |= {"horizon": further.horizon}
    return values | {
        "needed": further.needed,
        "wanted": more_rows(labels_wanted(further)),
        "label_cost": price_of_all(labels_wanted(further), policy),
        "label_budget": curve.label_budget,
    }
