"""HM001 in its four outcomes."""

from dataclasses import replace

from hindmost.core.policy import Policy
from hindmost.rules.hm001_shortcut_gap import check

POLICY = Policy()


def test_found_above_the_margin_by_the_lower_bound(make):
    finding = check(make.evidence(), POLICY)
    assert (finding.outcome, finding.number, finding.low, finding.threshold) == ("found", 0.55, 0.48, 0.05)
    assert "erm is right 55.0 points more often with the cue on water than with on land" in finding.sentence


def test_clear_below_the_margin_by_the_upper_bound(make):
    finding = check(make.with_head(make.evidence(), "erm", shortcut_gap=make.gap(0.01, 0.0, 0.04)), POLICY)
    assert finding.outcome == "clear"
    assert "at most 4.0" in finding.sentence


def test_a_bound_on_the_margin_is_neither(make):
    for lower, upper in ((0.05, 0.2), (0.0, 0.05)):
        world = make.with_head(make.evidence(), "erm", shortcut_gap=make.gap(0.05, lower, upper))
        assert check(world, POLICY).outcome == "not_enough_data"


def test_open_names_the_smallest_pair_and_rows_that_shrink_its_width(make):
    world = make.evidence()
    erm = make.head((0.9, 0.89, 0.9, 0.88), (2000, 2000, 100, 100), shortcut_gap=make.gap(0.02, 0.0, 0.08))
    finding = check(replace(world, heads={"erm": erm}), POLICY)
    assert finding.outcome == "not_enough_data"
    # width 0.06 has to shrink to 0.03: four times the rows, so 300 more of each
    assert "waterbird, on land: +300; waterbird, on water: +300" in finding.sentence


def test_an_empty_group_leaves_it_open_and_is_named(make):
    world = make.evidence()
    erm = make.head((0.9,) * 4, (500, 500, 500, 0), shortcut_gap=make.gap(0.0, 0.0, 0.02, complete=False))
    finding = check(replace(world, heads={"erm": erm}), POLICY)
    assert finding.outcome == "not_enough_data"
    assert "no test rows: waterbird, on water" in finding.sentence


def test_an_incomplete_gap_can_still_be_found(make):
    world = make.with_head(make.evidence(), "erm", shortcut_gap=make.gap(0.5, 0.4, 0.6, complete=False))
    assert check(world, POLICY).outcome == "found"


def test_not_applicable_without_two_cues(make):
    gap = make.gap(None, None, None, complete=False, reason="one cue only")
    assert check(make.with_head(make.evidence(), "erm", shortcut_gap=gap), POLICY).sentence.endswith("one cue only")
    for empty in (gap, replace(gap, reason=None), None):
        assert check(make.with_head(make.evidence(), "erm", shortcut_gap=empty), POLICY).outcome == "not_applicable"


def test_not_applicable_without_a_baseline(make):
    assert check(replace(make.evidence(), heads={}), POLICY).outcome == "not_applicable"
