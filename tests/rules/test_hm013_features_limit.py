"""HM013 in its four outcomes."""

from dataclasses import replace

import pytest

from hindmost.core.policy import Policy
from hindmost.rules.hm013_features_limit import check

POLICY = Policy()


def missing(make, **curve):
    """The deciding head's worst group is 70 %, and its curve is taken on."""
    head = make.head((0.7, 0.95, 0.95, 0.95))
    world = make.with_head(make.evidence(), "dfr", groups=head.groups, worst_group=head.worst_group)
    return replace(world, ceilings=make.ceilings(**curve))


def test_found_where_the_upper_bound_at_the_horizon_is_under_the_target(make):
    finding = check(missing(make, end=(0.72, 0.6, 0.78)), POLICY)
    assert (finding.outcome, finding.number, finding.low, finding.high) == ("found", 0.72, 0.6, 0.78)
    assert "expected at 72.0%, at most 78.0%" in finding.sentence
    brief = check(missing(make, end=(None, None, 0.78)), POLICY)
    assert (brief.outcome, "at most 78.0%" in brief.sentence) == ("found", True)


@pytest.mark.parametrize(("lower", "upper"), [(0.6, 0.8), (0.6, 1.0), (0.79, 0.81)])
def test_a_bound_on_the_target_is_neither(make, lower, upper):
    assert check(missing(make, end=(0.79, lower, upper)), POLICY).outcome == "not_enough_data"


def test_clear_where_the_lower_bound_reaches_it_or_the_head_does_already(make):
    assert check(missing(make, end=(0.9, 0.8, 1.0)), POLICY).outcome == "clear"
    reached = replace(make.evidence(), ceilings=make.ceilings(end=(0.72, 0.6, 0.78)))
    assert check(reached, POLICY).outcome == "clear"
    assert "with the labels there are" in check(reached, POLICY).sentence


def test_open_without_an_upper_bound(make):
    finding = check(missing(make, end=(None, None, None)), POLICY)
    assert (finding.outcome, "does not say" in finding.sentence) == ("not_enough_data", True)


def test_not_applicable(make):
    world = missing(make, end=(0.72, 0.6, 0.78))
    assert "no target" in check(world, Policy(target=None)).sentence
    assert check(world, Policy(deciding_head="afr")).outcome == "not_applicable"
    assert "not measured" in check(world, Policy(deciding_head="threshold")).sentence
    assert "not measured" in check(replace(world, ceilings=None), POLICY).sentence
    short = replace(world, ceilings=make.ceilings(extrapolation=None, reason="there are no test rows"))
    assert "because there are no test rows" in check(short, POLICY).sentence
    gone = replace(world, heads=world.heads | {"dfr": make.missing_head()})
    assert "a stratum is empty" in check(gone, POLICY).sentence
