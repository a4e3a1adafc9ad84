"""HM012: maps and flips under a swapped cue tell different stories, or the map tells two."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence, HeadRecord
from hindmost.core.findings import Finding, Outcome
from hindmost.core.policy import Policy
from hindmost.core.tables import Reliance
from hindmost.rules._lookup import available, change_of, why_no_change
from hindmost.rules._maps import why_no_maps, why_not_trusted
from hindmost.rules._say import Value, joined, points, say

CODE = "HM012"
TITLE = "Maps and interventions disagree"

MAP_MOVED = (
    "From {baseline} to {head} the evidence inside the core region rose beyond chance in {ups}, while answers still "
    "follow the cue: reliance {before:.1f} → {after:.1f} points, n = {n}, intervals that overlap. The map moved, the "
    "flips did not."
)
FLIPS_MOVED = (
    "From {baseline} to {head} reliance on the cue fell from {before:.1f} to {after:.1f} points, n = {n}, while the "
    "evidence inside the core region rose beyond chance in no group. The flips moved, the map did not."
)
FLIPS_MOVED_BOTH_WAYS = (
    "From {baseline} to {head} reliance on the cue fell from {before:.1f} to {after:.1f} points, n = {n}. The evidence "
    "inside the core region rose beyond chance in {ups}, but fell beyond chance in {downs}: the flips moved one way, "
    "the map both ways."
)
BOTH_WAYS = (
    "From {baseline} to {head} the evidence inside the core region rose beyond chance in {ups} and fell beyond chance "
    "in {downs}. The map moved both ways; a mean over all groups would hide it."
)
AGREE_MOVED = (
    "From {baseline} to {head} reliance on the cue fell from {before:.1f} to {after:.1f} points, n = {n}, and the "
    "evidence inside the core region rose beyond chance in {ups} and fell in no group. Map and flips agree."
)
AGREE_STILL = (
    "From {baseline} to {head} neither the evidence inside the core region rose beyond chance in any group, nor did "
    "reliance on the cue fall beyond its interval ({before:.1f} → {after:.1f} points, n = {n}). Map and flips agree."
)
NO_SWAP = (
    "Flips under a swapped cue were not measured for {head} and {baseline}, so there is nothing to set maps against."
)
WOULD_CHANGE = (
    "Reliance that falls beyond both intervals, with evidence that rises in some group and falls in none, makes it "
    "clear."
)


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Set what moved in the maps beside what moved under the swap."""
    finding = partial(Finding, CODE, TITLE)
    head, base = available(evidence, policy.deciding_head), available(evidence, evidence.baseline)
    if head is None or base is None or change_of(evidence, policy) is None:
        return finding("not_applicable", why_no_change(evidence, policy))
    if not any(row.n_paired for table in head.map_measures for row in table.groups):
        return finding("not_applicable", why_no_maps(policy, head))
    distrust = why_not_trusted(evidence, policy)
    if distrust is not None:
        return finding("not_applicable", distrust)
    ups, downs = (joined(_moved(head, policy.level, sign)) for sign in (1, -1))
    swaps = None if head.reliance is None or base.reliance is None else _fell(base.reliance, head.reliance)
    values = _values(evidence, policy, head, base) | {"ups": ups, "downs": downs}
    if swaps is None:
        both = ups is not None and downs is not None
        return finding("found" if both else "not_applicable", say(values, BOTH_WAYS if both else NO_SWAP))
    outcome, sentence = _stories(swaps, ups is not None, downs is not None)
    assert head.reliance is not None
    assert base.reliance is not None
    numbers = (head.reliance.number, head.reliance.low, head.reliance.high, base.reliance.low)
    return finding(outcome, say(values, sentence), *numbers, say({}, WOULD_CHANGE))


def _moved(head: HeadRecord, level: float, sign: int) -> list[str]:
    """Groups whose share of evidence inside the core region rose (or fell) beyond chance."""
    wanted = ("mass", "core", "for")
    return [
        row.name
        for table in head.map_measures
        if (table.measure, table.region, table.side) == wanted
        for row in table.groups
        if row.change is not None and row.p_adjusted is not None and row.p_adjusted <= level and sign * row.change > 0
    ]


def _fell(before: Reliance, after: Reliance) -> bool | None:
    """Did reliance fall beyond both intervals? None where it was not measured by a swap."""
    kinds = {before.kind, after.kind}
    if len(kinds) > 1 or kinds - {"swap", "swap_only"} or before.low is None or after.high is None:
        return None
    return after.high < before.low


def _stories(fell: bool, ups: bool, downs: bool) -> tuple[Outcome, str]:
    """Outcome and sentence."""
    if ups and downs:
        return "found", FLIPS_MOVED_BOTH_WAYS if fell else BOTH_WAYS
    if fell:
        return ("clear", AGREE_MOVED) if ups else ("found", FLIPS_MOVED)
    return ("found", MAP_MOVED) if ups else ("clear", AGREE_STILL)


def _values(evidence: Evidence, policy: Policy, head: HeadRecord, base: HeadRecord) -> dict[str, Value]:
    values: dict[str, Value] = {"head": policy.deciding_head, "baseline": evidence.baseline}
    if head.reliance is not None and base.reliance is not None:
        values |= {"before": points(base.reliance.number), "after": points(head.reliance.number)}
        values["n"] = head.reliance.n
    return values
