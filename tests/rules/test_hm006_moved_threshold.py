"""HM006 in its four outcomes."""

from dataclasses import replace

from hindmost.core.policy import Policy
from hindmost.rules.hm006_moved_threshold import check

POLICY = Policy()


def judged(make, worst, threshold_gain=(0.2, 0.1, 0.3)):
    world = make.with_change(make.evidence(), make.change(worst=threshold_gain), "threshold")
    return check(replace(world, control_change=make.change(worst=worst)), POLICY)


def test_clear_above_the_control_beyond_the_interval(make):
    assert judged(make, (0.3, 0.2, 0.4)).outcome == "clear"


def test_found_when_the_control_gets_as_far(make):
    finding = judged(make, (0.01, -0.02, 0.04))
    assert finding.outcome == "found"
    assert "+1.0 points [-2.0, +4.0]" in finding.sentence
    assert "the gain of +50.0 points over erm" in finding.sentence


def test_found_when_the_control_gets_further(make):
    assert judged(make, (-0.1, -0.2, -0.01), (None, None, None)).outcome == "found"


def test_a_control_without_a_gain_explains_nothing(make):
    finding = judged(make, (0.1, -0.1, 0.3), (0.02, -0.1, 0.14))
    assert finding.outcome == "not_enough_data"
    # the width 0.2 has to shrink to 0.1: four times 500 rows
    assert "waterbird, on land: +1,500" in finding.sentence
    assert judged(make, (0.1, None, None)).outcome == "not_enough_data"
    assert judged(make, (-0.02, -0.2, 0.16), (None, None, None)).outcome == "not_enough_data"


def test_not_applicable(make):
    world = make.evidence()
    no_gain = make.with_change(world, make.change(worst=(0.1, -0.1, 0.3)))
    no_control = replace(world, heads={k: v for k, v in world.heads.items() if k != "threshold"})
    cases = [no_gain, no_control, replace(world, control_change=None), make.with_change(world, None)]
    assert [check(case, POLICY).outcome for case in cases] == ["not_applicable"] * 4
    assert "control itself" in check(world, Policy(deciding_head="threshold")).sentence
