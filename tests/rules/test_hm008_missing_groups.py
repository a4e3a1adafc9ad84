"""HM008: missing, tiny, both, neither; a count is never short of data."""

from dataclasses import replace

from hindmost.core.policy import Policy
from hindmost.rules.hm008_missing_groups import check

POLICY = Policy()


def judged(make, **counts):
    full = {"train": (100,) * 4, "val": (100,) * 4, "test": (100,) * 4}
    return check(replace(make.evidence(), data=make.data(full | counts)), POLICY)


def test_clear_from_fifteen_rows(make):
    finding = judged(make, val=(15, 100, 100, 100))
    assert (finding.outcome, finding.number) == ("clear", 15.0)


def test_found_below_fifteen(make):
    finding = judged(make, val=(14, 100, 100, 100))
    assert finding.outcome == "found"
    assert "val: landbird, on land (n = 14)" in finding.sentence


def test_found_names_each_split_and_group(make):
    finding = judged(make, train=(100, 100, 100, 0), test=(0, 100, 100, 100))
    assert "train: waterbird, on water; test: landbird, on land." in finding.sentence
    assert "no head can be found sufficient" in finding.sentence


def test_missing_and_tiny_are_both_named(make):
    sentence = judged(make, train=(100, 100, 3, 0)).sentence
    assert "train: waterbird, on water." in sentence
    assert "train: waterbird, on land (n = 3)" in sentence


def test_a_split_that_was_not_counted_has_no_rows(make):
    finding = check(replace(make.evidence(), data=make.data({"train": (100,) * 4, "test": (100,) * 3})), POLICY)
    assert "val: landbird, on land" in finding.sentence
    assert "test: waterbird, on water" in finding.sentence


def test_not_applicable_without_groups(make):
    assert check(replace(make.evidence(), data=make.data(groups=())), POLICY).outcome == "not_applicable"
