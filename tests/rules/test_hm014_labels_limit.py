"""HM014 in its four outcomes."""

from dataclasses import replace

import pytest

from hindmost.core.policy import Policy
from hindmost.rules.hm014_labels_limit import check

POLICY = Policy()


def missing(make, rate=0.7, **curve):
    """The deciding head's worst group is 70 %, and its curve is taken on."""
    head = make.head((rate, 0.95, 0.95, 0.95))
    world = make.with_head(make.evidence(), "dfr", groups=head.groups, worst_group=head.worst_group)
    return replace(world, ceilings=make.ceilings(**curve))


def test_found_says_how_many_of_which_group(make):
    finding = check(missing(make), POLICY)
    assert (finding.outcome, finding.number, finding.threshold) == ("found", 0.85, 0.8)
    assert "From 10 to 40 labelled images a group, dfr still rises" in finding.sentence
    assert "about 300 images of each group, at 45 at the earliest" in finding.sentence
    assert "does not meet it within 4000" in finding.sentence
    assert "landbird, on land: +260; landbird, on water: +200" in finding.sentence
    world = missing(make)
    further = replace(world.ceilings.labels.extrapolation, needed_latest=900)
    world = replace(world, ceilings=make.ceilings(extrapolation=further))
    assert "900 at the latest" in check(world, POLICY).sentence


@pytest.mark.parametrize(
    "curve",
    [
        {"needed": 501},
        {"needed": None},
        {"needed": 40},
        {"rise_lower": 0.0},
        {"at_budget": (0.79, 0.6, 0.9)},
        {"at_budget": (None, None, 0.9)},
        {"now": 0.81},
        {"rate": 0.79},
    ],
    ids=["beyond the budget", "never met", "nothing to collect", "does not rise", "not met at the budget",
         "no estimate", "met by the last point", "not shown to be missed"],
)  # fmt: skip
def test_each_condition_alone_leaves_it_open(make, curve):
    assert check(missing(make, **curve), POLICY).outcome == "not_enough_data"


def test_a_smaller_budget_never_finds_more(make):
    found = [check(missing(make), Policy(label_budget=b)).outcome == "found" for b in (40, 200, 299, 500, 5000)]
    assert found == sorted(found)


def test_clear_where_these_labels_would_not_do_or_none_are_wanted(make):
    finding = check(missing(make, at_budget=(0.72, 0.6, 0.79)), POLICY)
    assert (finding.outcome, "at most 79.0%" in finding.sentence) == ("clear", True)
    assert check(replace(make.evidence(), ceilings=make.ceilings()), POLICY).outcome == "clear"


def test_not_applicable(make):
    world = missing(make)
    assert check(world, Policy(target=None)).outcome == "not_applicable"
    assert check(world, Policy(deciding_head="threshold")).outcome == "not_applicable"
    assert check(replace(world, ceilings=None), POLICY).outcome == "not_applicable"
