"""HM008: a group has no rows, or next to none, in some split."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import DataRecord, Evidence
from hindmost.core.findings import Finding, Sentence
from hindmost.core.policy import Policy
from hindmost.core.rows import SPLITS
from hindmost.rules._lookup import FEW
from hindmost.rules._say import Value, joined, say

CODE = "HM008"
TITLE = "A group is missing or tiny"

FOUND_MISSING = (
    "Groups without rows: {missing}. Where train rows are missing, the network never saw the group; where val "
    "rows are missing, no head can be fitted or tuned on it; where test rows are missing, nothing can be said of "
    "it and no head can be found sufficient."
)
FOUND_TINY = (
    "Groups with fewer than {few} rows: {tiny}. One row moves their accuracy by {step:.1f} points or more, so "
    "next to nothing can be said of them, and what is fitted on them rests on a handful of rows."
)
FOUND_BOTH = (
    "Groups without rows: {missing}. Where train rows are missing, the network never saw the group; where val "
    "rows are missing, no head can be fitted or tuned on it; where test rows are missing, nothing can be said of "
    "it and no head can be found sufficient. Groups with fewer than {few} rows, of which next to nothing can be "
    "said: {tiny}."
)
CLEAR = "Every group has at least {few} rows in train, val and test; the smallest has {smallest}."
NO_GROUPS = "The data name no groups."
WOULD_CHANGE = "At least {few} rows of every group in train, val and test make it clear."


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Count the rows of every group in every split."""
    finding = partial(Finding, CODE, TITLE)
    if not evidence.data.groups:
        return finding("not_applicable", Sentence(NO_GROUPS))
    counts = _counts(evidence.data)
    smallest = min(counts.values())
    values: dict[str, Value] = {"few": FEW, "smallest": smallest, "step": 100 / (FEW - 1)}
    values |= {"missing": joined(place for place, n in counts.items() if n == 0)}
    values |= {"tiny": joined(f"{place} (n = {n})" for place, n in counts.items() if 0 < n < FEW)}
    numbers = (float(smallest), None, None, float(FEW), say(values, WOULD_CHANGE))
    if smallest >= FEW:
        return finding("clear", say(values, CLEAR), *numbers)
    return finding("found", say(values, FOUND_BOTH, FOUND_MISSING, FOUND_TINY), *numbers)


def _counts(data: DataRecord) -> dict[str, int]:
    """Rows of every group in every split, named; a split that is not counted has none."""
    counts = {}
    for split in SPLITS:
        rows = data.counts.get(split, ())
        for g, name in enumerate(data.groups):
            counts[f"{split}: {name}"] = rows[g] if g < len(rows) else 0
    return counts
