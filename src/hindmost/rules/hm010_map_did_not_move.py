"""HM010: the worst group gained, and the evidence lies where it lay before."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, Sentence
from hindmost.core.policy import Policy
from hindmost.core.tables import MapTable
from hindmost.rules._lookup import FEW, available, change_of, gained, why_no_change
from hindmost.rules._maps import why_no_maps, why_not_trusted
from hindmost.rules._say import Value, points, say

CODE = "HM010"
TITLE = "Accuracy moved, the map did not"

FOUND = (
    "From {baseline} to {head} the worst group changed by {gain:+.1f} points, while the evidence inside the core "
    "mask did not rise beyond its interval: its lift over the mask's area changed by {change:+.3f} [{low:+.3f}, "
    "{high:+.3f}], n = {n}. Accuracy moved, the map did not."
)
CLEAR = (
    "From {baseline} to {head} the worst group changed by {gain:+.1f} points, and the evidence inside the core "
    "mask rose with it: its lift over the mask's area changed by {change:+.3f} [{low:+.3f}, {high:+.3f}], n = "
    "{n}."
)
OPEN = (
    "Too few images have maps under both {head} and {baseline} to say whether the evidence moved, n = {n}. At "
    "least {more} more images with a core mask are needed."
)
OPEN_BRIEF = "The change of the evidence inside the core mask from {baseline} to {head} has no interval, n = {n}."
NO_GAIN = "The worst group of {head} did not gain beyond its interval, so the map has no gain to follow."
WOULD_CHANGE = "An interval of the change of lift that lies above 0 makes it clear."


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Set the gain in accuracy beside the paired change of the evidence's place."""
    finding = partial(Finding, CODE, TITLE)
    head = available(evidence, policy.deciding_head)
    change = change_of(evidence, policy)
    if head is None or change is None:
        return finding("not_applicable", why_no_change(evidence, policy))
    maps = head.maps
    if maps is None:
        return finding("not_applicable", why_no_maps(policy, head))
    distrust = why_not_trusted(evidence, policy)
    if distrust is not None:
        return finding("not_applicable", distrust)
    if not gained(change):
        return finding("not_applicable", say({"head": policy.deciding_head}, NO_GAIN))
    values = _values(evidence, policy, maps) | {"gain": points(change.worst_difference)}
    numbers = (maps.change, maps.change_low, maps.change_high, 0.0, Sentence(WOULD_CHANGE))
    if maps.change is None or maps.change_low is None or maps.change_high is None:
        return finding("not_enough_data", say(values, OPEN, OPEN_BRIEF), *numbers)
    if maps.change_low > 0:
        return finding("clear", say(values, CLEAR), *numbers)
    if maps.n_paired < FEW and maps.change_high > 0:
        return finding("not_enough_data", say(values, OPEN), *numbers)
    return finding("found", say(values, FOUND), *numbers)


def _values(evidence: Evidence, policy: Policy, maps: MapTable) -> dict[str, Value]:
    values: dict[str, Value] = {"head": policy.deciding_head, "baseline": evidence.baseline, "n": maps.n_paired}
    values |= {"change": maps.change, "low": maps.change_low, "high": maps.change_high}
    return values | {"more": FEW - maps.n_paired if maps.n_paired < FEW else None}
