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


def test_both_worst_groups_are_those_that_the_sentence_quotes(audit: Audit) -> None:
    for name, shown in zip(("erm", "dfr"), facts.worst_pair(audit)):
        worst = audit.heads[name].worst_group
        assert worst is not None
        assert shown is not None
        assert (shown.head, shown.group, shown.accuracy) == (name, worst.test_minimum_group, worst.test_minimum)
        assert next(row.n for row in audit.heads[name].groups if row.name == shown.group) == shown.n


def test_the_group_chosen_on_validation_stands_beside_them_where_both_heads_have_one(audit: Audit) -> None:
    worst = audit.heads["dfr"].worst_group
    assert worst is not None
    assert facts.chosen_on_validation(audit)[1] == worst.accuracy
    unknown = replace(audit.heads["dfr"], worst_group=replace(worst, accuracy=None))
    assert facts.chosen_on_validation(replace(audit, heads={**audit.heads, "dfr": unknown})) == ()


def test_found_comes_first(audit: Audit) -> None:
    outcomes = [finding.outcome for finding in facts.findings(audit)]
    assert outcomes == ["found", "found", "not_enough_data", "clear", "not_applicable"]


def test_the_heading_says_that_groups_pay(audit: Audit) -> None:
    assert facts.decision_word(audit).label == "Retraining the last layer helps, but groups pay"
    rows = tuple(replace(row, outcome="helped") for row in audit.changes["dfr"].groups)
    free = replace(audit, changes={**audit.changes, "dfr": replace(audit.changes["dfr"], groups=rows)})
    assert facts.decision_word(free).label == "Retraining the last layer helps"
    assert facts.decision_word(replace(audit, decision="treatment_harms")).label == "Retraining the last layer harms"


def test_a_moved_threshold_that_is_enough_is_named(audit: Audit) -> None:
    assert not facts.threshold_is_enough(audit)
    found = replace(audit.findings[0], code="HM006", outcome="found")
    assert facts.threshold_is_enough(replace(audit, findings=(found,)))
