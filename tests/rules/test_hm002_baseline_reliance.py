"""HM002 in its four outcomes, for each way of measuring reliance."""

import pytest

from hindmost.core.policy import Policy
from hindmost.rules.hm002_baseline_reliance import check

POLICY = Policy()


def finding(make, *args, **other):
    return check(make.with_head(make.evidence(), "erm", reliance=make.reliance(*args, **other)), POLICY)


@pytest.mark.parametrize(
    ("kind", "number", "outcome"),
    [
        ("swap", 0.30, "found"), ("swap", 0.01, "clear"), ("swap", 0.05, "not_enough_data"),
        ("swap_only", 0.30, "not_enough_data"), ("swap_only", 0.01, "clear"), ("swap_only", 0.04, "not_enough_data"),
        ("dependence", 0.30, "found"), ("dependence", 0.01, "clear"), ("dependence", 0.06, "not_enough_data"),
    ],
)  # fmt: skip
def test_outcome(make, kind, number, outcome):
    assert finding(make, kind, number).outcome == outcome


def test_swap_keeps_swap_and_control_apart(make):
    found = finding(make, "swap", 0.30)
    assert "34.0% of the images flip under the cue swap, 4.0% under the control" in found.sentence
    assert "30.0 points [28.0, 32.0], n = 400" in found.sentence


def test_dependence_says_that_nothing_was_intervened_on(make):
    for number in (0.30, 0.01):
        assert "nothing was intervened on" in finding(make, "dependence", number).sentence


def test_without_control_the_need_for_one_is_said(make):
    assert "Control images would decide" in finding(make, "swap_only", 0.30).sentence


def test_open_says_how_many_more(make):
    # bounds 0.03 +- 0.04: the width 0.04 has to shrink to 0.02, four times 400 rows
    assert "About 1,200 more images" in finding(make, "swap", 0.03, 0.04).sentence
    assert "About 1,200 more test rows" in finding(make, "dependence", 0.03, 0.04).sentence
    assert "About 1,200 more swapped images" in finding(make, "swap_only", 0.03, 0.04).sentence
    # from above, by the lower bound
    assert "About 1,200 more images" in finding(make, "swap", 0.07, 0.04).sentence


def test_bounds_that_are_missing_decide_nothing(make):
    for kind in ("swap", "swap_only", "dependence"):
        assert finding(make, kind, None).outcome == "not_enough_data"


def test_not_applicable_with_the_reason(make):
    assert finding(make, "none").sentence.endswith("there are no twins")
    assert finding(make, "none", reason=None).outcome == "not_applicable"
    assert check(make.with_head(make.evidence(), "erm", reliance=None), POLICY).outcome == "not_applicable"
