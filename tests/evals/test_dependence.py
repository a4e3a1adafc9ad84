"""Dependence of the margin on the cue: within class, so that the class itself is no dependence."""

import numpy as np
import pytest
from scipy.stats import somersd

from hindmost.evals.dependence import margin_dependence


def build(make_rows, sizes, *, cues=2, **more):
    group = np.repeat(np.arange(len(sizes)), sizes)
    return make_rows(group // cues, group % cues, classes=len(sizes) // cues, cues=cues, **more)


@pytest.mark.parametrize("sizes", [[180, 20, 20, 180], [198, 2, 2, 198]])
def test_margins_that_follow_the_class_alone_show_no_dependence(make_rows, sizes):
    rows, rng = build(make_rows, sizes), np.random.default_rng(0)
    found = [margin_dependence(rows, rng.normal(3.0 * rows.y), level=0.05) for _ in range(200)]
    assert np.mean([each.lower_bound > 0 for each in found]) <= 0.05 + 0.046  # three standard errors of 200
    assert np.mean([each.upper_bound < 0 for each in found]) == 0


def test_a_dependence_is_found_and_bounded(make_rows):
    rows, rng = build(make_rows, [400, 100, 100, 400]), np.random.default_rng(1)
    margins = rng.normal(np.where(rows.y == rows.cue, 2.0, 0.5))
    found = margin_dependence(rows, margins, level=0.05)
    table = [somersd(rows.cue[rows.y == y], margins[rows.y == y]).statistic for y in (0, 1)]
    assert found.number == pytest.approx(max(abs(each) for each in table))
    assert 0.4 < found.lower_bound < found.low < found.number < found.high < 1
    assert found.number < found.upper_bound
    assert (found.kind, found.direction, found.reason, found.n, found.groups) == ("dependence", None, None, 1000, ())
    # A common sign change of margins turns every D and nothing else.
    turned = margin_dependence(rows, -margins, level=0.05)
    assert (turned.number, turned.lower_bound) == pytest.approx((found.number, found.lower_bound))


def test_perfect_separation_of_few_rows_keeps_a_width(make_rows):
    rows = build(make_rows, [5, 5])
    found = margin_dependence(rows, rows.cue.astype(float), level=0.05)
    assert (found.number, found.upper_bound) == (1.0, 1.0)
    assert found.low < 0.9


def test_every_cue_pair_and_class_is_compared(make_rows):
    rows = build(make_rows, [30, 30, 30, 0, 30, 30], cues=3)
    margins = np.where((rows.y == 1) & (rows.cue == 2), 1.0, 0.0)
    found = margin_dependence(rows, margins, level=0.05)
    assert found.number == 1.0
    assert found.reason == "not compared, no rows of: y=1, a=0"


def test_repeated_rows_of_a_cluster_add_no_certainty(make_rows):
    rows, rng = build(make_rows, [40, 40]), np.random.default_rng(2)
    margins = rng.normal(rows.cue * 0.5)
    once = margin_dependence(rows, margins, level=0.05)
    three = make_rows(np.repeat(rows.y, 3), np.repeat(rows.cue, 3), cluster=np.repeat(np.arange(80), 3))
    again = margin_dependence(three, np.repeat(margins, 3), level=0.05)
    # Sums by cluster divide by 79 once, DeLong by 39 twice.
    assert (again.low, again.high, again.upper_bound) == pytest.approx(
        (once.low, once.high, once.upper_bound), abs=0.01
    )


def test_nothing_to_compare_says_why(make_rows):
    found = margin_dependence(build(make_rows, [9, 0, 0, 9]), np.zeros(18), level=0.05)
    assert (found.kind, found.number) == ("none", None)
    assert "two cue values" in found.reason
