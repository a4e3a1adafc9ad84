"""HM007 in its four outcomes."""

import pytest

from hindmost.core.policy import Policy
from hindmost.rules.hm007_worst_group_fell import check

POLICY = Policy()


def judged(make, *worst):
    return check(make.with_change(make.evidence(), make.change(worst=worst)), POLICY)


@pytest.mark.parametrize(
    ("worst", "outcome"),
    [
        ((-0.2, -0.3, -0.1), "found"),
        ((-0.02, -0.03, -0.01), "found"),  # small, but shown
        ((0.5, 0.4, 0.6), "clear"),
        ((0.0, -0.04, 0.04), "clear"),  # a fall beyond the harm margin is ruled out
        ((0.0, -0.05, 0.05), "not_enough_data"),
        ((-0.1, -0.3, 0.1), "not_enough_data"),
        ((0.1, None, None), "not_enough_data"),
        ((None, None, None), "not_enough_data"),
    ],
)
def test_outcome(make, worst, outcome):
    assert judged(make, *worst).outcome == outcome


def test_open_says_how_many_more_rows_of_the_worst_groups(make):
    # the width 0.1 has to shrink to 0.05: four times the 500 rows of the group that is lowest in both heads or either
    assert "waterbird, on land: +1,500" in judged(make, 0.0, -0.1, 0.1).sentence


def test_numbers_are_in_the_sentence(make):
    assert "-20.0 points [-30.0, -10.0]" in judged(make, -0.2, -0.3, -0.1).sentence


def test_not_applicable(make):
    assert check(make.evidence(), Policy(deciding_head="erm")).outcome == "not_applicable"
    assert check(make.with_change(make.evidence(), None), POLICY).outcome == "not_applicable"
