"""Several runs: what helps a head needs every run; what they do not agree on is said."""

from dataclasses import replace

import pytest

from hindmost.core.policy import Policy
from hindmost.core.runs import Pooled, RunRow, Runs
from hindmost.rules import check_all
from hindmost.rules.decision import decide
from hindmost.rules.not_checked import not_checked

POLICY = Policy()
SUFFICIENT, HELPS = ("treatment_sufficient", "treatment_helps"), ("treatment_helps",)


def runs(*holds, low=0.3):
    rows = tuple(RunRow(f"seed {k}", "f" * 8, one[0], one, 0.4, 0.8, 0.4, 0.3, 0.5) for k, one in enumerate(holds))
    return Runs("dfr", rows, Pooled(0.4, 0.35, 0.45, 0.02), Pooled(0.8, 0.7, 0.9, 0.02), Pooled(0.4, low, 0.5, 0.03),
                None, "drawn again")  # fmt: skip


def verdict(make, several):
    world = replace(make.evidence(), runs=several)
    return decide(check_all(world, POLICY), world, POLICY)


@pytest.mark.parametrize(
    ("several", "decision"),
    [
        (None, "treatment_sufficient"),
        (runs(SUFFICIENT, SUFFICIENT, SUFFICIENT), "treatment_sufficient"),
        (runs(SUFFICIENT, SUFFICIENT, HELPS), "treatment_helps"),
        (runs(SUFFICIENT, HELPS, low=-0.01), "cannot_tell"),
        (runs(SUFFICIENT, ("treatment_harms",)), "cannot_tell"),
    ],
)
def test_what_favours_a_head_needs_every_run(make, several, decision):
    """The shown run alone is sufficient; that is the effect that other runs can take away."""
    assert verdict(make, several).decision == decision


def test_no_shortcut_needs_every_run_too(make):
    quiet = make.head(shortcut_gap=make.gap(0.01, 0.0, 0.03), reliance=make.reliance("swap", 0.0))
    world = make.with_head(make.evidence(heads={"erm": quiet, "dfr": make.head()}), "dfr")
    clean = ("no_shortcut_found",)
    for several, decision in ((None, True), (runs(clean, clean), True), (runs(clean, HELPS), False)):
        one = replace(world, runs=several)
        assert (decide(check_all(one, POLICY), one, POLICY).decision == "no_shortcut_found") is decision


def test_the_pooled_change_is_a_reason_and_disagreement_is_left_open(make):
    found = verdict(make, runs(SUFFICIENT, HELPS))
    assert found.reasons[0].text.startswith("Over 2 training runs the worst group of dfr changes by +40.0 points")
    assert found.left_open[-2].text != found.left_open[-1].text
    said = " ".join(sentence.text for sentence in found.left_open)
    assert "seed 0: treatment_sufficient; seed 1: treatment_helps" in said
    agreed = verdict(make, runs(SUFFICIENT, SUFFICIENT))
    assert not any("do not agree" in sentence.text for sentence in agreed.left_open)


def test_rows_are_not_asked_for_where_more_rows_would_not_decide(make):
    found = verdict(make, runs(SUFFICIENT, ("treatment_harms",)))
    assert found.wanted == ()
    assert "more test rows" not in found.message.text


def test_one_run_is_said_to_be_one(make):
    said = {several is None: " ".join(map(str, not_checked(replace(make.evidence(), runs=several))))
            for several in (None, runs(HELPS, HELPS))}  # fmt: skip
    assert "Other training runs were not made" in said[True]
    assert "Other training runs were not made" not in said[False]
