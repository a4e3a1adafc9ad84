"""HM004 in its four outcomes."""

from dataclasses import replace

from hindmost.core.policy import Policy
from hindmost.rules.hm004_groups_pay import check

POLICY = Policy()


def judged(make, *rows):
    return check(make.with_change(make.evidence(), make.change(rows=rows)), POLICY)


def four(make, **changed):
    """Rows of all groups, unharmed but for those given as g0=row ..."""
    return [changed.get(f"g{g}", make.change_row(name, "unharmed")) for g, name in enumerate(make.groups)]


def test_found_names_each_group_before_and_after(make):
    finding = judged(make, *four(make, g0=make.change_row(make.groups[0], "harmed", 500, -0.2)))
    assert finding.outcome == "found"
    assert finding.sentence.endswith("(1 of 4): landbird, on land: 99.0% → 95.0% (n = 500).")
    assert (finding.number, finding.threshold) == (-0.2, -0.05)


def test_found_beside_open_and_empty_groups(make):
    rows = four(
        make,
        g0=make.change_row(make.groups[0], "harmed", 500, -0.2),
        g1=make.change_row(make.groups[1], "open"),
        g2=make.change_row(make.groups[2], "no_data", 0),
    )
    assert judged(make, *rows).outcome == "found"


def test_clear_when_every_group_is_unharmed_or_helped(make):
    assert judged(make, *four(make, g2=make.change_row(make.groups[2], "helped", 500, 0.4))).outcome == "clear"


def test_an_open_group_is_not_an_unharmed_one(make):
    finding = judged(make, *four(make, g1=make.change_row(make.groups[1], "open", 60, -0.03, 900)))
    assert finding.outcome == "not_enough_data"
    assert "landbird, on water: n = 60 → 900" in finding.sentence


def test_an_empty_group_is_not_an_unharmed_one(make):
    finding = judged(make, *four(make, g3=make.change_row(make.groups[3], "no_data", 0)))
    assert finding.outcome == "not_enough_data"
    assert finding.sentence.endswith("no test rows: waterbird, on water.")
    assert judged(make, *four(make)[:3]).outcome == "not_enough_data"


def test_open_and_empty_are_both_named(make):
    rows = four(make, g0=make.change_row(make.groups[0], "open"), g3=make.change_row(make.groups[3], "no_data", 0))
    sentence = judged(make, *rows).sentence
    assert "landbird, on land: n = 500" in sentence
    assert "waterbird, on water" in sentence


def test_not_applicable(make):
    world = make.evidence()
    assert "baseline itself" in check(world, Policy(deciding_head="erm")).sentence
    assert check(make.with_change(world, None), POLICY).outcome == "not_applicable"
    assert check(replace(world, heads={"erm": world.heads["erm"]}), POLICY).outcome == "not_applicable"
    none = make.change(rows=tuple(make.change_row(name, "no_data", 0) for name in make.groups))
    assert check(make.with_change(world, none), POLICY).outcome == "not_applicable"
