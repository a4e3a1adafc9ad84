"""Several runs: what helps a head needs every run; what they do not agree on is said."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.policy import Policy
from hindmost.core.runs import Pooled, RunRow, Runs
from hindmost.rules import check_all
from hindmost.rules._runs import agree, outcomes_over_runs
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


def curved(make, code, *outcomes):
    """A first run whose curve says what HM013 or HM014 looks for, beside runs with these outcomes of their own."""
    curve = {"HM013": {"end": (0.72, 0.6, 0.78)}, "HM014": {}}[code]
    head = make.head((0.7, 0.95, 0.95, 0.95))
    world = make.with_head(make.evidence(), "dfr", groups=head.groups, worst_group=head.worst_group)
    world = replace(world, ceilings=make.ceilings(**curve))
    several = runs(*[HELPS] * len(outcomes))
    rows = tuple(replace(row, outcomes={code: outcome}) for row, outcome in zip(several.rows, outcomes))
    return replace(world, runs=replace(several, rows=rows) if rows else None)


@pytest.mark.parametrize(("code", "decision"), [("HM013", "surgery_needed"), ("HM014", "collect_data")])
@pytest.mark.parametrize("others", [(), ("found",), ("clear", "found"), ("not_enough_data",), ("not_applicable",)])
def test_a_curve_has_to_say_so_in_every_run(make, code, decision, others):
    """Before: the first run's curve decided alone, whatever the other networks' curves said."""
    world = curved(make, code, *(("found", *others) if others else ()))
    findings = {finding.code: finding for finding in check_all(world, POLICY)}
    said, found = findings[code].sentence, decide(tuple(findings.values()), world, POLICY)
    if set(others) <= {"found"}:
        assert (findings[code].outcome, found.decision) == ("found", decision)
        assert ("all 2 training runs say so" in said) is bool(others)
    else:
        n = 1 + len(others)
        assert findings[code].outcome == "not_enough_data"
        assert decision not in (found.decision, *found.companions)
        assert f"The curves of {n} training runs do not agree: in {1 + others.count('found')} " in said
        assert any(f"{n} training runs do not agree: in" in sentence.text for sentence in found.left_open)


@given(st.lists(st.sampled_from(["found", "clear", "not_enough_data", "not_applicable"]), min_size=1, max_size=6))
def test_more_runs_can_only_take_a_claim_away(outcomes):
    row = runs(HELPS).rows[0]
    rows = tuple(replace(row, outcomes={"HM013": one}) for one in outcomes)
    counts = outcomes_over_runs(SimpleNamespace(runs=SimpleNamespace(rows=rows)), "HM013")
    assert counts["found"] + counts["clear"] + counts["open"] == counts["runs"] == len(outcomes)
    claims = {one if one in ("found", "clear") else "open" for one in outcomes}
    assert agree(counts) is (len(claims) == 1)


def test_a_target_that_the_first_run_reaches_is_clear_where_every_run_does(make):
    world = replace(make.evidence(), ceilings=make.ceilings())
    for others, outcome in (((), "clear"), (("clear",), "clear"), (("found",), "not_enough_data")):
        several = runs(HELPS, *[HELPS] * len(others))
        rows = tuple(
            replace(row, outcomes={"HM003": "clear" if one == "clear" else "found", "HM013": one, "HM014": one})
            for row, one in zip(several.rows, ("clear", *others))
        )
        one = replace(world, runs=replace(several, rows=rows) if others else None)
        by_code = {finding.code: finding for finding in check_all(one, POLICY)}
        for code in ("HM013", "HM014"):
            assert by_code[code].outcome == outcome
        if others == ("clear",):
            assert "So it is in all 2 training runs." in by_code["HM013"].sentence


def test_one_run_is_said_to_be_one(make):
    said = {several is None: " ".join(map(str, not_checked(replace(make.evidence(), runs=several))))
            for several in (None, runs(HELPS, HELPS))}  # fmt: skip
    assert "Other training runs were not made" in said[True]
    assert "Other training runs were not made" not in said[False]


def test_runs_that_are_clear_for_opposite_reasons_are_not_said_to_agree(make):
    world = replace(make.evidence(), ceilings=make.ceilings())
    several = runs(HELPS, HELPS)
    said = (
        {"HM003": "clear", "HM013": "clear", "HM014": "clear"},
        {"HM003": "found", "HM014": "clear", "HM013": "clear"},
    )
    rows = tuple(replace(row, outcomes=one) for row, one in zip(several.rows, said))
    found = {one.code: one for one in check_all(replace(world, runs=replace(several, rows=rows)), POLICY)}
    for code in ("HM013", "HM014"):
        assert found[code].outcome == "clear"
        assert "training runs" not in found[code].sentence
