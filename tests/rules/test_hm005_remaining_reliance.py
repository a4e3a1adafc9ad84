"""HM005 in its four outcomes: as HM002, for the deciding head."""

from dataclasses import replace

import pytest

from hindmost.core.policy import Policy
from hindmost.rules.hm005_remaining_reliance import check

POLICY = Policy()


@pytest.mark.parametrize(("number", "outcome"), [(0.30, "found"), (0.01, "clear"), (0.05, "not_enough_data")])
def test_outcome_is_of_the_deciding_head(make, number, outcome):
    finding = check(make.with_head(make.evidence(), "dfr", reliance=make.reliance("swap", number)), POLICY)
    assert finding.outcome == outcome
    assert finding.sentence.startswith("dfr ") or " dfr " in finding.sentence


def test_not_applicable(make):
    world = make.evidence()
    assert check(world, Policy(deciding_head="afr")).outcome == "not_applicable"
    for reason in ("a stratum is empty", None):
        gone = replace(world, heads=world.heads | {"dfr": make.missing_head(reason)})
        assert check(gone, POLICY).outcome == "not_applicable"
    assert check(make.with_head(world, "dfr", reliance=make.reliance("none")), POLICY).outcome == "not_applicable"
