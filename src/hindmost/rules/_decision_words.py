"""The decision in one sentence: the mechanism, the numbers and their intervals, never a promise."""

from __future__ import annotations

from hindmost.core.findings import Decision, RowsWanted, Sentence
from hindmost.core.tables import Reliance
from hindmost.rules._case import Case
from hindmost.rules._curve import curve_values
from hindmost.rules._lookup import available, change_of, gained, why_no_head
from hindmost.rules._rows_needed import growth
from hindmost.rules._say import Value, joined, more_rows, points, say
from hindmost.rules._worst import rows_of_worst, worst_shift
from hindmost.rules.hm004_groups_pay import harmed_groups

NO_SHORTCUT_SWAP = (
    "No shortcut is found: within one class the accuracy of {baseline} differs between cues by at most {gap:.1f} "
    "points (tolerated: {gap_margin:.1f}), and it flips at most {beyond:.1f} points more often under the cue swap "
    "than under the control (tolerated: {margin:.1f})."
)
NO_SHORTCUT_SWAP_ONLY = (
    "No shortcut is found: within one class the accuracy of {baseline} differs between cues by at most {gap:.1f} "
    "points (tolerated: {gap_margin:.1f}), and under the cue swap at most {rate:.1%} of its answers flip "
    "(tolerated: {tolerated:.1%})."
)
NO_SHORTCUT_DEPENDENCE = (
    "No shortcut is found: within one class the accuracy of {baseline} differs between cues by at most {gap:.1f} "
    "points (tolerated: {gap_margin:.1f}), and its margin goes with the cue by a Somers' D of at most "
    "{dependence:.2f} (tolerated: {tolerated:.2f})."
)
NO_SHORTCUT = "No shortcut is found: gap and reliance of {baseline} both lie under their margins."
SUFFICIENT = (
    "Changing only the last layer ({head}) is sufficient under the declared policy: the worst group on test goes "
    "from {before:.1%} to {after:.1%} [{low:.1%}, {high:.1%}] ({after_group}, n = {n}); every group is at least "
    "{lower:.1%} (target {target:.1%}), none loses more than {harm_margin:.1f} points, and reliance on the cue "
    "lies under its margin."
)
SUFFICIENT_BRIEF = (
    "Changing only the last layer ({head}) is sufficient under the declared policy: target, harm and reliance all "
    "hold by their bounds."
)
HARMS = (
    "Changing only the last layer ({head}) lowers the worst group on test from {before:.1%} to {after:.1%} "
    "[{low:.1%}, {high:.1%}] ({after_group}, n = {n}): a change of {points:+.1f} points [{points_low:+.1f}, "
    "{points_high:+.1f}]."
)
HARMS_BRIEF = "Changing only the last layer ({head}) lowers the worst group on test beyond its interval."
SURGERY = (
    "Changing only the last layer ({head}) is not enough: reliance on the cue is still {reliance:.1f} points "
    "[{reliance_low:.1f}, {reliance_high:.1f}] under the cue swap beyond the control, n = {reliance_n}, where "
    "{margin:.1f} are tolerated. The backbone or the data has to change."
)
SURGERY_BRIEF = (
    "Changing only the last layer ({head}) is not enough by its bounds: it still follows the cue, or its features "
    "limit it. The backbone or the data has to change."
)
SURGERY_FEATURES = (
    "Changing only the last layer ({head}) is not enough: with {horizon} labelled images of each group, where there "
    "are {images}, the worst group would be at most {ceiling:.1%}, and the target is {target:.1%}. The features limit "
    "it; the backbone or the data has to change."
)
COLLECT = (
    "Labels limit the last layer ({head}): with those there are, the worst group on test is {after:.1%} [{low:.1%}, "
    "{high:.1%}] ({after_group}, n = {n}), and the curve still rises; taken on, it meets the target of {target:.1%} at "
    "about {needed} labelled images of each group, where {label_budget} could be had. To collect: {wanted}."
)
COLLECT_AT_A_PRICE = COLLECT + " Labelling these validation images costs about {label_cost} at the policy's prices."
COLLECT_BRIEF = (
    "Labels limit the last layer ({head}): the curve over labelled images rises and meets the target within the "
    "policy's budget."
)
HELPS_AND_COSTS = (
    "Changing only the last layer ({head}) lifts the worst group on test from {before:.1%} to {after:.1%} "
    "[{low:.1%}, {high:.1%}] ({after_group}, n = {n}), a change of {points:+.1f} points [{points_low:+.1f}, "
    "{points_high:+.1f}], but groups pay for it ({count} of {total}): {harmed}."
)
HELPS = (
    "Changing only the last layer ({head}) lifts the worst group on test from {before:.1%} to {after:.1%} "
    "[{low:.1%}, {high:.1%}] ({after_group}, n = {n}), a change of {points:+.1f} points [{points_low:+.1f}, "
    "{points_high:+.1f}]; not everything that would make it sufficient is shown."
)
HELPS_BRIEF = (
    "Changing only the last layer ({head}) lifts the worst group on test beyond its interval; not everything that "
    "would make it sufficient is shown."
)
NOTHING_TO_COMPARE = (
    "Nothing can be compared: no head other than {baseline} is available with test rows that both share."
)
CANNOT_TELL_MORE = (
    "The data do not decide: {head} changes the worst group on test by {points:+.1f} points [{points_low:+.1f}, "
    "{points_high:+.1f}]. About this many more test rows would decide: {more}."
)
CANNOT_TELL = (
    "The data do not decide whether changing only the last layer ({head}) is enough. What would decide is listed "
    "as left open."
)

NO_TEST_ROWS = (
    "These groups have no test rows, so nothing can be said of them and no head can be found sufficient: {empty}."
)
ASSOCIATION_ONLY = (
    "That {head} still relies on the cue is shown by dependence only; without an intervention it cannot support "
    "surgery."
)


def message(decision: Decision, case: Case) -> Sentence:
    """The decision with its numbers; a shorter sentence where a number is missing."""
    if decision == "cannot_tell":
        return _cannot_tell(case)
    return say(_values(case), *SENTENCES[decision])


SENTENCES: dict[Decision, tuple[str, ...]] = {
    "no_shortcut_found": (NO_SHORTCUT_SWAP, NO_SHORTCUT_SWAP_ONLY, NO_SHORTCUT_DEPENDENCE, NO_SHORTCUT),
    "treatment_sufficient": (SUFFICIENT, SUFFICIENT_BRIEF),
    "treatment_harms": (HARMS, HARMS_BRIEF),
    "surgery_needed": (SURGERY, SURGERY_FEATURES, SURGERY_BRIEF),
    "collect_data": (COLLECT_AT_A_PRICE, COLLECT, COLLECT_BRIEF),
    "treatment_helps": (HELPS_AND_COSTS, HELPS, HELPS_BRIEF),
}


def _cannot_tell(case: Case) -> Sentence:
    if not case.comparable:
        return say({"baseline": case.evidence.baseline}, NOTHING_TO_COMPARE)
    if case.deciding is None:
        return why_no_head(case.evidence, case.policy.deciding_head)
    values = worst_shift(case.evidence, case.policy) | {"more": more_rows(rows_for_sign(case))}
    return say(values, CANNOT_TELL_MORE, CANNOT_TELL)


def rows_for_sign(case: Case) -> tuple[RowsWanted, ...]:
    """Rows at which the interval of the worst group's change would leave 0 behind."""
    change = change_of(case.evidence, case.policy)
    if change is None or case.deciding is None or not change.worst_difference or gained(change):
        return ()
    bound = change.worst_low if change.worst_difference > 0 else change.worst_high
    return rows_of_worst(case.evidence, case.policy, growth(change.worst_difference, bound, 0.0))


def _values(case: Case) -> dict[str, Value]:
    policy, harmed = case.policy, harmed_groups(case.evidence, case.policy)
    values = worst_shift(case.evidence, policy) | _baseline_values(case) | _reliance_values(case)
    values |= {"target": policy.target, "harm_margin": points(policy.harm_margin)}
    values |= {"count": len(harmed), "total": len(case.evidence.data.groups), "harmed": joined(harmed)}
    return values | curve_values(case.evidence, policy)


def _baseline_values(case: Case) -> dict[str, Value]:
    head, policy = available(case.evidence, case.evidence.baseline), case.policy
    gap = None if head is None else head.shortcut_gap
    reliance = None if head is None else head.reliance
    values: dict[str, Value] = {"gap_margin": points(policy.gap_margin), "tolerated": policy.reliance_margin}
    values |= {"gap": None if gap is None else points(gap.upper_bound), "beyond": points(_upper(reliance, "swap"))}
    return values | {"rate": _upper(reliance, "swap_only"), "dependence": _upper(reliance, "dependence")}


def _upper(reliance: Reliance | None, kind: str) -> float | None:
    """The upper bound, where reliance was measured this way."""
    return reliance.upper_bound if reliance is not None and reliance.kind == kind else None


def _reliance_values(case: Case) -> dict[str, Value]:
    reliance = None if case.deciding is None else case.deciding.reliance
    values: dict[str, Value] = {"margin": points(case.policy.reliance_margin)}
    if reliance is not None and case.says("HM005", "found") and case.measured_by == "swap":
        values |= {"reliance": points(reliance.number), "reliance_n": reliance.n}
        values |= {"reliance_low": points(reliance.low), "reliance_high": points(reliance.high)}
    return values
