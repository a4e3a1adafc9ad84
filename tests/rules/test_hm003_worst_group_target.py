"""HM003 in its four outcomes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from hindmost.core.policy import Policy
from hindmost.rules._rows_needed import rows_for_lower, rows_for_upper
from hindmost.rules.hm003_worst_group_target import check

POLICY = Policy()


def judged(make, rates, n=(500,) * 4, policy=POLICY):
    world = make.evidence()
    return check(replace(world, heads=world.heads | {"dfr": make.head(rates, n)}), policy)


def test_clear_when_every_lower_bound_reaches_the_target(make):
    finding = judged(make, (0.95, 0.9, 0.88, 0.95))
    assert finding.outcome == "clear"
    assert finding.low >= 0.8
    assert "waterbird, on land, is 88.0%, n = 500" in finding.sentence


def test_found_when_one_upper_bound_lies_under_it(make):
    assert judged(make, (0.95, 0.9, 0.70, 0.95)).outcome == "found"


def test_found_even_beside_an_empty_group(make):
    assert judged(make, (0.95, 0.9, 0.70, 0.95), (500, 500, 500, 0)).outcome == "found"


def test_a_number_above_the_target_is_not_enough(make):
    finding = judged(make, (0.95, 0.9, 0.82, 0.95), (500, 500, 100, 500))
    assert finding.outcome == "not_enough_data"
    needed = rows_for_lower(0.82, 0.8, 0.05) - 100
    assert f"would decide: waterbird, on land: +{needed:,}." in finding.sentence


def test_below_the_target_the_upper_bound_has_to_fall(make):
    needed = rows_for_upper(0.78, 0.8, 0.05 / 4) - 100
    assert f"waterbird, on land: +{needed:,}." in judged(make, (0.95, 0.9, 0.78, 0.95), (500, 500, 100, 500)).sentence


def test_on_the_target_no_number_of_rows_helps(make):
    assert "waterbird, on land: > 1,000,000" in judged(make, (0.95, 0.9, 0.80, 0.95)).sentence


def test_an_empty_group_blocks_and_is_named(make):
    finding = judged(make, (0.95,) * 4, (500, 500, 500, 0))
    assert finding.outcome == "not_enough_data"
    assert "no test rows: waterbird, on water" in finding.sentence
    assert "At least 14 rows" in finding.sentence


def test_an_empty_group_blocks_even_if_the_table_left_it_out(make):
    world = make.evidence()
    dfr = replace(world.heads["dfr"], groups=world.heads["dfr"].groups[:3])
    assert check(replace(world, heads=world.heads | {"dfr": dfr}), POLICY).outcome == "not_enough_data"


def test_not_applicable(make):
    world = make.evidence()
    assert check(world, Policy(target=None)).outcome == "not_applicable"
    assert "was not fitted" in check(world, Policy(deciding_head="afr")).sentence
    gone = replace(world, heads=world.heads | {"dfr": make.missing_head()})
    assert check(gone, POLICY).sentence.endswith("a stratum is empty")
    assert check(make.with_head(world, "dfr", worst_group=None), POLICY).outcome == "not_applicable"


@given(st.integers(1, 99), st.integers(5, 95))
def test_rows_needed_are_the_smallest_that_do(percent, target):
    """Against scipy's beta distribution, at the answer and one row before it."""
    rate, target = percent / 100, target / 100
    n = rows_for_lower(rate, target, 0.05)
    if n is not None:
        assert beta.ppf(0.05, rate * n, n - rate * n + 1) >= target - 1e-9
        assert n == 1 or beta.ppf(0.05, rate * (n - 1), (1 - rate) * (n - 1) + 1) < target
    n = rows_for_upper(rate, target, 0.05)
    if n is not None:
        assert beta.ppf(0.95, rate * n + 1, (1 - rate) * n) < target + 1e-9
        assert n == 1 or beta.ppf(0.95, rate * (n - 1) + 1, (1 - rate) * (n - 1)) >= target - 1e-9
