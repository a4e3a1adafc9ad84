"""HM009: images with the same bytes lie in more than one split."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, Sentence
from hindmost.core.policy import Policy
from hindmost.rules._say import joined, say

CODE = "HM009"
TITLE = "The same image lies in more than one split"

FOUND = (
    "{count} sets of images that are equal byte for byte lie in more than one split: test rows that were seen "
    "while fitting look easier than new ones. For example: {examples}."
)
FOUND_BRIEF = (
    "{count} sets of images that are equal byte for byte lie in more than one split: test rows that were seen "
    "while fitting look easier than new ones."
)
CLEAR = "No image lies in more than one split, byte for byte."
NO_FILES = "There are no image files to compare; the rows are stored embeddings."
WOULD_CHANGE = "Keeping each image in one split makes it clear."


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Count the images whose bytes occur in more than one split."""
    finding = partial(Finding, CODE, TITLE)
    if evidence.duplicates is None:
        return finding("not_applicable", Sentence(NO_FILES))
    count, examples = evidence.duplicates
    if count == 0:
        return finding("clear", Sentence(CLEAR), 0.0, threshold=0.0)
    message = say({"count": count, "examples": joined(examples)}, FOUND, FOUND_BRIEF)
    return finding("found", message, float(count), threshold=0.0, would_change=Sentence(WOULD_CHANGE))
