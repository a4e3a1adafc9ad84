"""HM009: found, clear, not applicable; a count is never short of data."""

from dataclasses import replace

from hindmost.core.policy import Policy
from hindmost.rules.hm009_duplicates import check

POLICY = Policy()


def test_found_with_count_and_examples(make):
    finding = check(replace(make.evidence(), duplicates=(2, ("a.jpg = b.jpg", "c.jpg = d.jpg"))), POLICY)
    assert (finding.outcome, finding.number) == ("found", 2.0)
    assert finding.sentence.endswith("a.jpg = b.jpg; c.jpg = d.jpg.")
    assert check(replace(make.evidence(), duplicates=(2, ())), POLICY).outcome == "found"


def test_clear_and_not_applicable(make):
    assert check(replace(make.evidence(), duplicates=(0, ())), POLICY).outcome == "clear"
    assert check(replace(make.evidence(), duplicates=None), POLICY).outcome == "not_applicable"
