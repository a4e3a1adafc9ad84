"""HM015: rows of different splits show nearly the same picture."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, Sentence
from hindmost.core.near_duplicates import NearDuplicates
from hindmost.core.policy import Policy
from hindmost.rules._say import Value, joined, say

CODE = "HM015"
TITLE = "Nearly the same image lies in more than one split"
SHOWN = 3

FOUND = (
    "{pairs} pairs of images in different splits are nearly the same ({test} test rows, {val} val rows): their "
    "gradients correlate at {least:.2f} or more, where the highest of {chance_pairs} random pairs of one group "
    "reached {chance:.2f}. For example: {examples}."
)
FOUND_BRIEF = (
    "{pairs} pairs of images in different splits are nearly the same ({test} test rows, {val} val rows): their "
    "gradients correlate at {least:.2f} or more. For example: {examples}."
)
FOUND_FEATURES = (
    "{pairs} pairs of rows in different splits have nearly the same features ({test} test rows, {val} val rows): "
    "their cosine is {cosine:.3f} or more, which next to no row would reach by chance. No pictures were compared. "
    "For example: {examples}."
)
CLEAR = (
    "No image in one split is nearly the same as one in another, by pixels; {candidates} pairs with the closest "
    "features were looked at, n = {compared}."
)
CLEAR_FEATURES = (
    "No row in one split has nearly the features of one in another (cosine of {cosine:.3f} or more), n = "
    "{compared}. No pictures were compared."
)
NOT_SEARCHED = "Near duplicates were not searched: there are fewer than two splits, or too few different rows."
WOULD_CHANGE = "Keeping all pictures of one scene in one split makes it clear."


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Count the pairs that the search confirmed."""
    finding = partial(Finding, CODE, TITLE)
    near = evidence.near_duplicates
    if near is None:
        return finding("not_applicable", Sentence(NOT_SEARCHED))
    values = _values(near)
    if near.pairs == 0:
        message = say(values, CLEAR if near.by == "pictures" else CLEAR_FEATURES)
        return finding("clear", message, 0.0, threshold=0.0)
    message = say(values, *((FOUND, FOUND_BRIEF) if near.by == "pictures" else (FOUND_FEATURES,)))
    return finding("found", message, float(near.pairs), threshold=0.0, would_change=Sentence(WOULD_CHANGE))


def _values(near: NearDuplicates) -> dict[str, Value]:
    examples = (f"{one.id} ({one.split}) ≈ {one.other} ({one.other_split})" for one in near.examples[:SHOWN])
    values: dict[str, Value] = {"pairs": near.pairs, "examples": joined(examples)}
    values |= {"test": near.rows.get("test", 0), "val": near.rows.get("val", 0)}
    values |= {"candidates": near.candidates, "compared": near.compared, "cosine": near.cosine_threshold}
    values |= {"least": near.likeness_threshold, "chance": near.likeness_by_chance}
    return values | {"chance_pairs": near.chance_pairs}
