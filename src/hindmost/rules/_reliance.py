"""What a measured reliance on the cue amounts to, for any head: HM002 and HM005 share it."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, Outcome, Sentence
from hindmost.core.policy import Policy
from hindmost.core.tables import Reliance
from hindmost.rules._lookup import available, why_no_head
from hindmost.rules._rows_needed import growth, more
from hindmost.rules._say import Value, points, say

SWAP_FOUND = (
    "{head} changes its answer with the cue: {swap:.1%} of the images flip under the cue swap, {control:.1%} "
    "under the control. Reliance is {number:.1f} points [{low:.1f}, {high:.1f}], n = {n}, where {margin:.1f} are "
    "tolerated."
)
SWAP_FOUND_BRIEF = (
    "{head} changes its answer with the cue: at least {lower:.1f} points more flips under the cue swap than under "
    "the control, n = {n}, where {margin:.1f} are tolerated."
)
SWAP_CLEAR = (
    "{head} flips at most {upper:.1f} points more often under the cue swap than under the control, n = {n}, where "
    "{margin:.1f} are tolerated."
)
SWAP_OPEN = (
    "{head} flips {number:.1f} points more often under the cue swap than under the control, between {lower:.1f} "
    "and {upper:.1f}, n = {n}; {margin:.1f} are tolerated. About {more:,} more images with a swap and a control "
    "would decide."
)
SWAP_OPEN_BRIEF = (
    "The swapped images, n = {n}, do not say on which side of {margin:.1f} points the reliance of {head} lies."
)
ONLY_CLEAR = (
    "{head} flips on at most {upper:.1%} of the images under the cue swap, n = {n}, even with its fragility "
    "counted in; {margin:.1f} points are tolerated."
)
ONLY_OPEN = (
    "{head} flips on {number:.1%} of the images under the cue swap, at most {upper:.1%}, n = {n}. Without control "
    "images its fragility cannot be taken off, so reliance can be neither claimed nor ruled out. About {more:,} "
    "more swapped images would decide."
)
ONLY_OPEN_BRIEF = (
    "Without control images the fragility of {head} cannot be taken off its flips under the cue swap, n = {n}, so "
    "reliance can be neither claimed nor ruled out. Control images would decide."
)
DEPENDENCE_FOUND = (
    "Within class, the margin of {head} goes with the cue: Somers' D is {number:.2f} [{low:.2f}, {high:.2f}], n = "
    "{n}, where {tolerated:.2f} is tolerated. This is dependence; nothing was intervened on."
)
DEPENDENCE_FOUND_BRIEF = (
    "Within class, the margin of {head} goes with the cue: Somers' D is at least {lower:.2f}, n = {n}, where "
    "{tolerated:.2f} is tolerated. This is dependence; nothing was intervened on."
)
DEPENDENCE_CLEAR = (
    "Within class, the margin of {head} hardly goes with the cue: Somers' D is at most {upper:.2f}, n = {n}, "
    "where {tolerated:.2f} is tolerated. This is dependence; nothing was intervened on."
)
DEPENDENCE_OPEN = (
    "Within class, the margin of {head} goes with the cue by a Somers' D of {number:.2f}, between {lower:.2f} and "
    "{upper:.2f}, n = {n}; {tolerated:.2f} is tolerated. About {more:,} more test rows would decide."
)
DEPENDENCE_OPEN_BRIEF = (
    "The test rows, n = {n}, do not say on which side of {tolerated:.2f} the dependence of {head} on the cue lies "
    "(Somers' D within class)."
)
NOT_MEASURED = "The reliance of {head} on the cue was not measured: {reason}"
NOT_MEASURED_SILENT = "The reliance of {head} on the cue was not measured, and no reason was recorded."
WOULD_CHANGE = "A lower bound above the margin of {tolerated:.2f} makes it found; an upper bound below it, clear."
WOULD_CHANGE_ONLY = (
    "An upper bound below the margin of {tolerated:.2f} makes it clear; only a control can make it found."
)
WOULD_MEASURE = (
    "Images with the cue swapped, masks of the cue or of the core region, or a colour rule make it measurable."
)

SENTENCES: dict[tuple[str, Outcome], tuple[str, ...]] = {
    ("swap", "found"): (SWAP_FOUND, SWAP_FOUND_BRIEF),
    ("swap", "clear"): (SWAP_CLEAR,),
    ("swap", "not_enough_data"): (SWAP_OPEN, SWAP_OPEN_BRIEF),
    ("swap_only", "clear"): (ONLY_CLEAR,),
    ("swap_only", "not_enough_data"): (ONLY_OPEN, ONLY_OPEN_BRIEF),
    ("dependence", "found"): (DEPENDENCE_FOUND, DEPENDENCE_FOUND_BRIEF),
    ("dependence", "clear"): (DEPENDENCE_CLEAR,),
    ("dependence", "not_enough_data"): (DEPENDENCE_OPEN, DEPENDENCE_OPEN_BRIEF),
}


def check_reliance(evidence: Evidence, policy: Policy, *, code: str, title: str, name: str) -> Finding:
    """The finding about one head's reliance on the cue, whichever way it was measured."""
    finding = partial(Finding, code, title)
    head = available(evidence, name)
    if head is None:
        return finding("not_applicable", why_no_head(evidence, name))
    reliance = head.reliance
    if reliance is None or reliance.kind == "none":
        reason = None if reliance is None else reliance.reason
        why = say({"head": name, "reason": reason}, NOT_MEASURED, NOT_MEASURED_SILENT)
        return finding("not_applicable", why, would_change=Sentence(WOULD_MEASURE))
    outcome = _outcome(reliance, policy.reliance_margin)
    values = _values(reliance, name, policy.reliance_margin)
    change = say(values, WOULD_CHANGE_ONLY if reliance.kind == "swap_only" else WOULD_CHANGE)
    return finding(
        outcome,
        say(values, *SENTENCES[reliance.kind, outcome]),
        reliance.number,
        reliance.lower_bound,
        reliance.upper_bound,
        policy.reliance_margin,
        change,
    )


def _outcome(reliance: Reliance, margin: float) -> Outcome:
    if reliance.kind != "swap_only" and reliance.lower_bound is not None and reliance.lower_bound > margin:
        return "found"
    if reliance.upper_bound is not None and reliance.upper_bound < margin:
        return "clear"
    return "not_enough_data"


def _values(reliance: Reliance, head: str, margin: float) -> dict[str, Value]:
    """Values in the unit of the sentences: points for a swap, plain numbers otherwise."""
    unit = points if reliance.kind == "swap" else _same
    values: dict[str, Value] = {"head": head, "n": reliance.n, "margin": points(margin), "tolerated": margin}
    values |= {"swap": reliance.swap, "control": reliance.control, "number": unit(reliance.number)}
    values |= {"low": unit(reliance.low), "high": unit(reliance.high)}
    values |= {"lower": unit(reliance.lower_bound), "upper": unit(reliance.upper_bound)}
    return values | {"more": _more(reliance, margin)}


def _same(number: float | None) -> float | None:
    return number


def _more(reliance: Reliance, margin: float) -> int | None:
    below = reliance.number is not None and reliance.number < margin
    if not below and reliance.kind == "swap_only":
        return None
    bound = reliance.upper_bound if below else reliance.lower_bound
    return more(reliance.n, growth(reliance.number, bound, margin))
