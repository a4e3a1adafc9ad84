"""Every row of the table, its precedence, and what may never happen."""

from dataclasses import replace

import pytest

from hindmost.core.policy import Policy
from hindmost.rules import check_all
from hindmost.rules.decision import decide

POLICY = Policy()


def verdict(world, policy=POLICY):
    return decide(check_all(world, policy), world, policy)


def no_shortcut(make, kind="swap"):
    return make.with_head(make.evidence(), "erm", shortcut_gap=make.gap(), reliance=make.reliance(kind))


def harmed(make, **other):
    return make.with_change(make.evidence(), make.change(("harmed", "unharmed", "unharmed", "helped"), **other))


def still_relies(make, kind="swap"):
    return make.with_head(make.evidence(), "dfr", reliance=make.reliance(kind, 0.3))


@pytest.mark.parametrize("kind", ["swap", "swap_only", "dependence"])
def test_row_1_no_shortcut_found(make, kind):
    result = verdict(no_shortcut(make, kind))
    assert result.decision == "no_shortcut_found"
    assert result.companions == ("treatment_sufficient", "treatment_helps")
    assert "at most 3.0 points" in str(result.message)


def test_row_1_needs_a_reliance_that_was_measured(make):
    assert verdict(no_shortcut(make, "none")).decision == "treatment_sufficient"


def test_row_2_treatment_sufficient(make):
    result = verdict(make.evidence())
    assert (result.decision, result.companions, result.comparable) == (
        "treatment_sufficient", ("treatment_helps",), True
    )  # fmt: skip
    assert "from 40.0% to 95.0%" in str(result.message)
    assert "(target 80.0%)" in str(result.message)
    assert len(result.reasons) == 4


def test_row_2_is_forbidden_without_a_target(make):
    result = verdict(make.evidence(), Policy(target=None))
    assert result.decision == "treatment_helps"
    assert any("no target" in str(sentence) for sentence in result.left_open)


def test_row_2_is_blocked_by_an_empty_test_group(make):
    counts = {"train": (100,) * 4, "val": (100,) * 4, "test": (500, 500, 500, 0)}
    result = verdict(replace(make.evidence(), data=make.data(counts)))
    assert result.decision == "treatment_helps"
    assert any("waterbird, on water" in str(sentence) for sentence in result.left_open)


def test_row_3_treatment_harms(make):
    world = harmed(make, worst=(-0.2, -0.3, -0.1))
    result = verdict(world)
    assert (result.decision, result.companions) == ("treatment_harms", ())
    assert "a change of -20.0 points [-30.0, -10.0]" in str(result.message)


def test_row_3_goes_before_row_4(make):
    world = make.with_change(still_relies(make), make.change(worst=(-0.2, -0.3, -0.1)))
    assert (verdict(world).decision, verdict(world).companions) == ("treatment_harms", ("surgery_needed",))


def test_row_4_surgery_needed_and_meanwhile_it_helps(make):
    result = verdict(still_relies(make))
    assert (result.decision, result.companions) == ("surgery_needed", ("treatment_helps",))
    assert "30.0 points [28.0, 32.0]" in str(result.message)
    assert any("label-budget curve" in str(sentence) for sentence in result.left_open)


@pytest.mark.parametrize("kind", ["swap_only", "dependence"])
def test_row_4_needs_an_intervention_with_its_control(make, kind):
    result = verdict(still_relies(make, kind))
    assert (result.decision, result.companions) == ("treatment_helps", ())
    assert any("dependence only" in str(s) for s in result.left_open) == (kind == "dependence")


def test_row_4_speaks_of_a_treatment(make):
    assert verdict(make.evidence(), Policy(deciding_head="erm")).decision == "cannot_tell"


def misses(make, **curve):
    """The deciding head lies under the target beyond doubt, and its curve says how that goes on."""
    world = make.with_head(make.evidence(), "dfr", **vars_of(make.head((0.7, 0.95, 0.95, 0.95))))
    return replace(world, ceilings=make.ceilings(**curve))


def vars_of(head):
    return {"groups": head.groups, "worst_group": head.worst_group}


def test_row_4_the_features_limit_it(make):
    result = verdict(misses(make, at_budget=(0.71, 0.6, 0.76), end=(0.72, 0.6, 0.78), needed=None))
    assert (result.decision, result.companions) == ("surgery_needed", ("treatment_helps",))
    assert "with 4000 labelled images of each group, where there are 40" in str(result.message)
    assert "the worst group would be at most 78.0%" in str(result.message)
    assert any("More labels do not reach it" in str(sentence) for sentence in result.reasons)


def test_row_4_names_the_reliance_first_where_both_hold(make):
    world = make.with_head(misses(make, end=(0.72, 0.6, 0.78)), "dfr", reliance=make.reliance("swap", 0.3))
    result = verdict(world)
    assert result.decision == "surgery_needed"
    assert "30.0 points [28.0, 32.0]" in str(result.message)
    assert any("More labels do not reach it" in str(sentence) for sentence in result.reasons)


def test_row_5_collect_data_says_how_many_of_which_group(make):
    result = verdict(misses(make))
    assert (result.decision, result.companions) == ("collect_data", ("treatment_helps",))
    assert "about 300 labelled images of each group, where 500 could be had" in str(result.message)
    assert "landbird, on land: +260; landbird, on water: +200" in str(result.message)


def test_row_5_says_so_where_nothing_was_measured(make):
    assert any("label-budget curve" in str(sentence) for sentence in verdict(still_relies(make)).left_open)


def test_rows_4_and_5_speak_of_a_treatment_and_need_a_target(make):
    for curve in ({}, {"end": (0.72, 0.6, 0.78)}):
        world = misses(make, **curve)
        for policy in (Policy(target=None), Policy(deciding_head="erm")):
            held = {verdict(world, policy).decision, *verdict(world, policy).companions}
            assert not held & {"surgery_needed", "collect_data"}


def test_row_6_treatment_helps_and_names_who_pays(make):
    result = verdict(harmed(make))
    assert result.decision == "treatment_helps"
    assert str(result.message).endswith("groups pay for it (1 of 4): landbird, on land: 99.0% → 95.0% (n = 500).")


def test_row_6_without_anyone_paying(make):
    world = make.with_head(make.evidence(), "dfr", reliance=make.reliance("none"))
    result = verdict(world)
    assert result.decision == "treatment_helps"
    assert any("there are no twins" in str(sentence) for sentence in result.left_open)


def test_row_7_says_how_many_of_which_group(make):
    rows = tuple(make.change_row(name, "open") for name in make.groups)
    world = make.with_change(make.evidence(), make.change(worst=(0.05, -0.05, 0.15), rows=rows))
    result = verdict(world)
    assert (result.decision, result.companions) == ("cannot_tell", ())
    # the width 0.1 has to shrink to 0.05: four times 500 rows
    assert "waterbird, on land: +1,500" in str(result.message)


def test_row_7_when_the_deciding_head_is_missing(make):
    world = make.evidence()
    result = verdict(replace(world, heads=world.heads | {"dfr": make.missing_head()}))
    assert result.decision == "cannot_tell"
    assert result.comparable  # the threshold head is there
    assert "a stratum is empty" in str(result.message)


def test_nothing_to_compare(make):
    world = make.evidence()
    alone = replace(world, heads={"erm": world.heads["erm"]}, changes={}, control_change=None)
    assert (verdict(alone).decision, verdict(alone).comparable) == ("cannot_tell", False)
    assert "Nothing can be compared" in str(verdict(alone).message)
    none = make.change(rows=tuple(make.change_row(name, "no_data", 0) for name in make.groups))
    assert not verdict(replace(world, changes={"dfr": none, "threshold": none})).comparable


def test_caveats_weigh_on_the_decision(make):
    world = replace(make.evidence(), control_change=make.change(worst=(0.0, -0.02, 0.02)), duplicates=(3, ()))
    texts = [str(sentence) for sentence in verdict(world).reasons]
    assert any("class offsets" in text for text in texts)
    assert any("byte for byte" in text for text in texts)


def test_findings_that_were_not_asked_for_hold_nothing(make):
    assert decide((), make.with_change(make.evidence(), None), POLICY).decision == "cannot_tell"


@pytest.mark.parametrize("counts", [(500,) * 4, (500, 500, 500, 0)])
def test_row_2_is_guarded_even_if_the_findings_say_clear(make, counts):
    world = replace(make.evidence(), data=make.data({"train": (9,) * 4, "val": (9,) * 4, "test": counts}))
    findings = tuple(replace(finding, outcome="clear") for finding in check_all(world, POLICY))
    findings = tuple(finding for finding in findings if finding.code in ("HM003", "HM004", "HM005"))
    assert (decide(findings, world, POLICY).decision == "treatment_sufficient") == all(counts)
    assert decide(findings, world, Policy(target=None)).decision != "treatment_sufficient"


def test_a_head_that_is_not_available_or_the_baseline_compares_nothing(make):
    world = make.evidence()
    gone = {"erm": world.heads["erm"], "dfr": make.missing_head()}
    assert not verdict(replace(world, heads=gone, changes={"dfr": make.change()})).comparable
    assert not verdict(replace(world, heads=gone, changes={"erm": make.change()})).comparable
