"""HM011: rows could not be read and were left out."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, Sentence
from hindmost.core.policy import Policy
from hindmost.rules._say import joined, say

CODE = "HM011"
TITLE = "Images were set aside"
SHOWN = 3

FOUND = "{count} images were set aside and count nowhere in this audit. The first of them: {first}."
CLEAR = "No image was set aside."
WOULD_CHANGE = "Repairing or removing the images that are named makes it clear."


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Count the rows that were left out, and name the first with their reasons."""
    finding = partial(Finding, CODE, TITLE)
    aside = evidence.data.set_aside
    if not aside:
        return finding("clear", Sentence(CLEAR), 0.0, threshold=0.0)
    first = joined(f"{row.id} ({row.split}: {row.reason})" for row in aside[:SHOWN])
    message = say({"count": len(aside), "first": first}, FOUND)
    return finding("found", message, float(len(aside)), threshold=0.0, would_change=Sentence(WOULD_CHANGE))
