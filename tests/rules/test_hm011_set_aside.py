"""HM011: found or clear; a count is never short of data."""

from dataclasses import replace

from hindmost.core.dataset import SetAside
from hindmost.core.policy import Policy
from hindmost.rules.hm011_set_aside import check

POLICY = Policy()


def test_clear(make):
    assert check(make.evidence(), POLICY).outcome == "clear"


def test_found_with_count_and_first_reasons(make):
    aside = tuple(SetAside(f"{i}.jpg", "train", "truncated") for i in range(5))
    finding = check(replace(make.evidence(), data=make.data(set_aside=aside)), POLICY)
    assert (finding.outcome, finding.number) == ("found", 5.0)
    assert finding.sentence.startswith("5 images")
    assert "2.jpg (train: truncated)." in finding.sentence
    assert "3.jpg" not in finding.sentence
