"""HM010 in its four outcomes."""

from dataclasses import replace

from hindmost.core.policy import Policy
from hindmost.rules.hm010_map_did_not_move import check

POLICY = Policy()


def judged(make, *args):
    return check(make.with_head(make.evidence(), "dfr", maps=make.maps(*args)), POLICY)


def test_clear_when_both_moved(make):
    assert judged(make, 0.2, 0.05).outcome == "clear"


def test_found_when_only_accuracy_moved(make):
    finding = judged(make, 0.004, 0.02)
    assert finding.outcome == "found"
    assert finding.sentence.endswith("+0.004 [-0.016, +0.024], n = 200. Accuracy moved, the map did not.")


def test_found_when_the_map_moved_away(make):
    assert judged(make, -0.2, 0.05, 10).outcome == "found"


def test_few_images_decide_nothing(make):
    finding = judged(make, 0.1, 0.2, 6)
    assert finding.outcome == "not_enough_data"
    assert "At least 9 more images" in finding.sentence
    assert judged(make, None, 0.0, 0).outcome == "not_enough_data"
    assert judged(make, None).outcome == "not_enough_data"


def test_not_applicable(make):
    world = make.evidence()
    no_gain = make.with_change(world, make.change(worst=(0.1, -0.1, 0.3)))
    no_maps = make.with_head(world, "dfr", maps=None, maps_reason="there are no masks")
    gone = replace(world, heads=world.heads | {"dfr": make.missing_head()})
    cases = [no_gain, no_maps, make.with_head(world, "dfr", maps=None), gone, make.with_change(world, None)]
    assert [check(case, POLICY).outcome for case in cases] == ["not_applicable"] * 5
    assert check(no_maps, POLICY).sentence.endswith("there are no masks")
