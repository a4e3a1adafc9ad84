"""Sufficient exactly where nothing is broken: one condition after another, and several at once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.policy import Policy
from hindmost.rules import check_all
from hindmost.rules.decision import decide


def empty_row(make, world, policy):
    groups = world.heads["dfr"].groups
    return make.with_head(world, "dfr", groups=(make.group_row(groups[0].name, 0, 0.0), *groups[1:])), policy


def lost_row(make, world, policy):
    return make.with_head(world, "dfr", groups=world.heads["dfr"].groups[1:]), policy


def empty_count(make, world, policy):
    counts = {"train": (9,) * 4, "val": (9,) * 4, "test": (500, 0, 500, 500)}
    return replace(world, data=make.data(counts)), policy


def changed_row(outcome):
    def broken(make, world, policy):
        rows = world.changes["dfr"].groups
        row = make.change_row(rows[3].name, outcome, 0 if outcome == "no_data" else 500)
        return make.with_change(world, replace(world.changes["dfr"], groups=(*rows[:3], row))), policy

    return broken


def with_dfr(**other):
    def broken(make, world, policy):
        return make.with_head(world, "dfr", **other), policy

    return broken


def with_reliance(kind, number):
    def broken(make, world, policy):
        return make.with_head(world, "dfr", reliance=make.reliance(kind, number)), policy

    return broken


def with_policy(**other):
    def broken(make, world, policy):
        return world, replace(policy, **other)

    return broken


def low_bound(bound):
    def broken(make, world, policy):
        worst = replace(world.heads["dfr"].worst_group, lower_bound=bound)
        return make.with_head(world, "dfr", worst_group=worst), policy

    return broken


BREAKERS = {
    "no target": with_policy(target=None),
    "target out of reach": with_policy(target=0.97),
    "margin under the bound of reliance": with_policy(reliance_margin=0.02),
    "the baseline decides": with_policy(deciding_head="erm"),
    "a head that was not fitted decides": with_policy(deciding_head="afr"),
    "head not available": with_dfr(available=False),
    "no worst group": with_dfr(worst_group=None),
    "bound of the worst group missing": low_bound(None),
    "bound of the worst group low": low_bound(0.79),
    "test group empty in the table": empty_row,
    "test group not in the table": lost_row,
    "test group empty by count": empty_count,
    "a group is harmed": changed_row("harmed"),
    "a group is open": changed_row("open"),
    "a group has no data": changed_row("no_data"),
    "no change table": lambda make, world, policy: (make.with_change(world, None), policy),
    "reliance missing": with_dfr(reliance=None),
    "reliance not measured": with_reliance("none", None),
    "reliance found by swap": with_reliance("swap", 0.3),
    "reliance open": with_reliance("swap", 0.05),
    "reliance open without control": with_reliance("swap_only", 0.05),
    "dependence found": with_reliance("dependence", 0.3),
}


def held(make, names):
    world, policy = make.evidence(), Policy()
    for name in sorted(names):
        world, policy = BREAKERS[name](make, world, policy)
    verdict = decide(check_all(world, policy), world, policy)
    return {verdict.decision, *verdict.companions}


@pytest.mark.parametrize("name", sorted(BREAKERS))
def test_each_condition_alone_forbids_it(make, name):
    assert "treatment_sufficient" not in held(make, {name})


def test_nothing_broken_is_sufficient(make):
    assert "treatment_sufficient" in held(make, set())


@settings(max_examples=60, deadline=None)
@given(names=st.sets(st.sampled_from(sorted(BREAKERS)), min_size=2, max_size=4).filter(
    # these two undo each other: a reliance that is set after one that is lost
    lambda names: sum("reliance" in name or "dependence" in name for name in names) <= 1
))  # fmt: skip
def test_several_at_once_do_not_heal_each_other(make, names):
    assert "treatment_sufficient" not in held(make, names)
