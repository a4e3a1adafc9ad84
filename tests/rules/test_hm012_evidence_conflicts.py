"""HM012: every way in which maps and flips can agree or differ, in words."""

from dataclasses import replace

import pytest

from hindmost.core.map_measures import MapMeasure, MapMeasureRow
from hindmost.core.map_trust import MapTrust, TrustPart
from hindmost.core.policy import Policy
from hindmost.rules.hm010_map_did_not_move import check as check_hm010
from hindmost.rules.hm012_evidence_conflicts import check

POLICY = Policy()
GROUPS = ("landbird, on land", "landbird, on water", "waterbird, on land", "waterbird, on water")


def measures(*changes, p=0.001):
    """Share of evidence inside the core region: one change a group; 0 is beyond nothing."""
    rows = tuple(
        MapMeasureRow(name, 60, 0, 0.3, 0.2, 0.4, 60, change, change - 0.1, change + 0.1, p if change else 0.9)
        for name, change in zip(GROUPS, changes)
    )
    other = tuple(replace(row, change=-row.change, p_adjusted=0.001) for row in rows)
    return MapMeasure("mass", "core", "for", rows), MapMeasure("mass", "cue", "for", other)


def world(make, changes, before=0.5, after=0.5, kind="swap", **other):
    found = make.with_head(make.evidence(), "erm", reliance=make.reliance(kind, before, 0.05))
    reliance = make.reliance(kind, after, 0.05)
    return make.with_head(found, "dfr", map_measures=measures(*changes), reliance=reliance, **other)


UP, DOWN, STILL, BOTH = (0.1, 0.1, 0, 0), (-0.1, 0, 0, -0.1), (0, 0, 0, 0), (0.1, -0.1, 0, 0.1)


@pytest.mark.parametrize(
    ("changes", "after", "outcome", "words"),
    [
        (UP, 0.5, "found", "The map moved, the flips did not."),
        (STILL, 0.1, "found", "The flips moved, the map did not."),
        (DOWN, 0.1, "found", "The flips moved, the map did not."),
        (BOTH, 0.1, "found", "the flips moved one way, the map both ways."),
        (BOTH, 0.5, "found", "a mean over all groups would hide it."),
        (UP, 0.1, "clear", "Map and flips agree."),
        (STILL, 0.5, "clear", "Map and flips agree."),
    ],
)
def test_each_story_in_words(make, changes, after, outcome, words):
    finding = check(world(make, changes, after=after), POLICY)
    assert finding.outcome == outcome
    assert finding.sentence.endswith(words)


def test_the_numbers_and_groups_are_named(make):
    finding = check(world(make, BOTH, before=0.552, after=0.022), POLICY)
    assert "fell from 55.2 to 2.2 points, n = 400" in finding.sentence
    assert f"rose beyond chance in {GROUPS[0]}; {GROUPS[3]}, but fell beyond chance in {GROUPS[1]}" in finding.sentence
    assert (finding.number, finding.threshold) == (0.022, pytest.approx(0.502))


def test_overlapping_intervals_are_no_fall(make):
    assert check(world(make, UP, before=0.50, after=0.41), POLICY).outcome == "found"


def test_without_a_swap_only_a_map_that_moved_both_ways_speaks(make):
    assert check(world(make, UP, kind="dependence"), POLICY).outcome == "not_applicable"
    assert check(world(make, BOTH, kind="dependence"), POLICY).outcome == "found"


def trust(outcome):
    return MapTrust((TrustPart("deletion", outcome, "above", 0.0, 32, 0.1, -0.1, 0.3, None),))


@pytest.mark.parametrize("name", ["erm", "dfr"])
def test_no_rule_leans_on_maps_that_fail_a_check(make, name):
    failing = make.with_head(world(make, UP), name, map_trust=trust("failed"))
    for rule in (check, check_hm010):
        finding = rule(failing, POLICY)
        assert finding.outcome == "not_applicable"
        assert f"maps of {name} fail 1 of 1 checks" in finding.sentence
        passing = make.with_head(failing, name, map_trust=trust("passed"))
        assert rule(passing, POLICY).outcome != "not_applicable"


def test_not_applicable(make):
    base = make.evidence()
    gone = replace(base, heads=base.heads | {"dfr": make.missing_head()})
    for case in (
        base,
        gone,
        make.with_change(base, None),
        make.with_head(base, "dfr", maps_reason="no row has a core mask"),
    ):
        assert check(case, POLICY).outcome == "not_applicable"
