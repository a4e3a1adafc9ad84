"""What is shown first."""

from __future__ import annotations

from dataclasses import replace

from hindmost.core.audit import Audit
from hindmost.report import facts


def test_the_deciding_head_is_shown(audit: Audit) -> None:
    assert facts.shown_head(audit) == "dfr"
    assert list(facts.available(audit)) == ["erm", "threshold", "dfr"]


def test_without_the_deciding_head_the_first_compared_one_is_shown(audit: Audit) -> None:
    heads = {**audit.heads, "dfr": replace(audit.heads["dfr"], available=False)}
    assert facts.shown_head(replace(audit, heads=heads)) == "threshold"


def test_both_worst_groups_come_in_the_same_reading(audit: Audit) -> None:
    before, after = facts.worst_pair(audit)
    assert before is not None
    assert after is not None
    assert before.chosen
    assert after.chosen
    worst = audit.heads["dfr"].worst_group
    assert worst is not None
    unknown = replace(audit.heads["dfr"], worst_group=replace(worst, accuracy=None))
    before, after = facts.worst_pair(replace(audit, heads={**audit.heads, "dfr": unknown}))
    assert before is not None
    assert after is not None
    assert (before.chosen, after.chosen) == (False, False)
    assert after.group == worst.test_minimum_group


def test_found_comes_first(audit: Audit) -> None:
    outcomes = [finding.outcome for finding in facts.findings(audit)]
    assert outcomes == ["found", "found", "not_enough_data", "clear", "not_applicable"]
