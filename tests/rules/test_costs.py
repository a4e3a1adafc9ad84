"""Costs: each group once, nothing invented where a number or a price is missing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.findings import Finding, RowsWanted, Sentence, Verdict
from hindmost.core.policy import Policy
from hindmost.rules import check_all
from hindmost.rules.costs import LABELS, TOTAL, cost_sentences, costs, money
from hindmost.rules.decision import decide

SILENT = Verdict("treatment_helps", (), Sentence("x"), (), (), True)
GROUPS = ("a", "b", "c, d")
wants = st.lists(
    st.tuples(st.sampled_from(("HM001", "HM003", "HM007")), st.sampled_from(GROUPS), st.integers(1, 10**6)), max_size=9
)


def finding(code, *wanted):
    return Finding(code, code, "not_enough_data", Sentence("x"), wanted=tuple(RowsWanted(*one) for one in wanted))


@given(wants, st.floats(0, 100), st.dictionaries(st.sampled_from(GROUPS), st.floats(0, 100)))
def test_the_total_is_the_largest_count_of_each_group_times_its_price(asked, price, own):
    """Oracle: one group at a time, with a loop."""
    policy = Policy(image_price=price, group_prices=own)
    found = costs([finding(code, (group, more)) for code, group, more in asked], SILENT, policy)
    expected = 0.0
    for group in GROUPS:
        numbers = [more for _, name, more in asked if name == group]
        expected += max(numbers, default=0) * own.get(group, price)
    assert found.total == pytest.approx(expected) if asked else found.total is None


def test_without_prices_there_is_no_cost_and_no_sentence():
    assert costs([finding("HM003", ("a", 10))], SILENT, Policy()) is None
    assert cost_sentences(None) == ()


def test_a_free_image_is_a_price_too():
    assert costs([finding("HM003", ("a", 10))], SILENT, Policy(image_price=0)).total == 0


def test_what_is_missing_is_said_instead_of_a_total():
    some = Policy(group_prices={"a": 2.0}, currency="EUR")
    found = costs([finding("HM003", ("a", 10), ("b", 5))], SILENT, some)
    assert (found.total, found.total_reason) == (None, "no price is declared for: b")
    assert [row.cost for row in found.rows] == [20.0, None]
    endless = costs([finding("HM003", ("a", None))], SILENT, some)
    assert endless.total is None
    assert endless.total_reason == "no number of images up to 1,000,000 settles it, at the rates seen: a"
    assert costs([], SILENT, some).total_reason == "no finding asks for more test images"
    assert cost_sentences(found) == ()


@given(wants, wants, st.floats(0.01, 100))
def test_images_to_fit_and_images_to_test_are_never_in_one_sum(asked, labels, price):
    """Laws: each total is what it is without the other kind, and each count has a row that says its kind."""
    policy = Policy(image_price=price)
    test = [finding(code, (group, more)) for code, group, more in asked]
    fit = [finding("HM014", (group, more, "val")) for _, group, more in labels]
    both, alone, other = (costs(which, SILENT, policy) for which in (test + fit, test, fit))
    assert (both.total, both.total_reason) == (alone.total, alone.total_reason)
    assert (both.labels, both.labels_reason) == (other.labels, other.labels_reason)
    assert [row.split for row in both.rows] == ["test"] * len(asked) + ["val"] * len(labels)
    assert other.total_reason == "no finding asks for more test images"
    assert alone.labels_reason == "no finding asks for more validation images"
    said = [sentence.template for sentence in cost_sentences(both)]
    assert said == [TOTAL] * bool(asked) + [LABELS] * bool(labels)


def curved(make):
    """The deciding head misses the target; 260 more images of one group and 200 of each other would meet it."""
    head = make.head((0.7, 0.95, 0.95, 0.95))
    world = make.with_head(make.evidence(), "dfr", groups=head.groups, worst_group=head.worst_group)
    return replace(world, ceilings=make.ceilings())


def test_images_that_hm014_asks_for_have_a_price_and_the_decision_says_it(make):
    world, policy = curved(make), Policy(image_price=2.5, group_prices={"landbird, on land": 4.0}, currency="EUR")
    findings = check_all(world, policy)
    verdict = decide(findings, world, policy)
    found = costs(findings, verdict, policy)
    rows = [(row.group, row.more, row.cost) for row in found.rows if row.split == "val"]
    assert rows == [("landbird, on land", 260, 1040.0), *((name, 200, 500.0) for name in make.groups[1:])]
    assert {row.asked_by for row in found.rows if row.split == "val"} == {"HM014"}
    assert found.labels == pytest.approx(2540.0)
    assert verdict.decision == "collect_data"
    assert "Labelling these validation images costs about 2,540.00 EUR at the policy's prices." in str(verdict.message)
    (said,) = [sentence.text for sentence in cost_sentences(found) if sentence.template == LABELS]
    assert "(HM014) cost about 2,540.00 EUR" in said
    assert "landbird, on land: 1,040.00 EUR; landbird, on water: 500.00 EUR" in said


@pytest.mark.parametrize("policy", [Policy(), Policy(group_prices={"landbird, on land": 4.0})], ids=["none", "one"])
def test_a_decision_without_every_price_says_no_sum(make, policy):
    world = curved(make)
    verdict = decide(check_all(world, policy), world, policy)
    assert verdict.decision == "collect_data"
    assert "+260" in str(verdict.message)
    assert "price" not in str(verdict.message)


def test_training_has_its_own_price():
    found = costs([], SILENT, Policy(training_hours=6, training_hour_price=1.8, currency="EUR"))
    assert found.training == pytest.approx(10.8)
    said = [sentence.text for sentence in cost_sentences(found)]
    assert said == ["Training the network once more costs about 10.80 EUR at the policy's prices."]


def test_an_open_audit_says_what_would_settle_it_and_the_price_changes_no_decision(make):
    head = make.head((0.95, 0.82, 0.83, 0.95), n=(500, 60, 40, 500))
    open_change = make.change(worst=(0.01, -0.2, 0.2))
    world = replace(make.evidence(heads=make.evidence().heads | {"dfr": head}), changes={"dfr": open_change})
    verdicts = {}
    for policy in (Policy(), Policy(image_price=2.5, currency="EUR")):
        findings = check_all(world, policy)
        verdicts[policy.image_price] = decide(findings, world, policy)
    assert verdicts[None] == verdicts[2.5]
    found = costs(findings, verdicts[2.5], policy)
    counted = {row.asked_by for row in found.rows}
    assert {"HM003", "HM007", "decision"} <= counted
    largest = {
        group: max(row.more for row in found.rows if row.group == group) for group in {r.group for r in found.rows}
    }
    assert found.total == pytest.approx(2.5 * sum(largest.values()))
    text = cost_sentences(found)[0].text
    assert money(found.total, "EUR") in text
    assert "HM003" in text


def test_every_count_of_a_sentence_is_wanted_too(make):
    """What the words say of groups is what the numbers hold."""
    head = make.head((0.95, 0.82, 0.83, 0.95), n=(500, 60, 40, 500))
    world = make.evidence(heads=make.evidence().heads | {"dfr": head})
    for one in check_all(world, Policy()):
        for wanted in one.wanted:
            assert f"{wanted.group}: +{wanted.more:,}" in one.sentence or one.code == "HM004"
