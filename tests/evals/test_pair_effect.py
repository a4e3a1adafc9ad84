"""Flips toward and away from harm, and shifts, beyond the control."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.evals.pair_effect import Arms, pair_effect


def measured(rows, margins, rights, seed=0):
    return pair_effect(rows, Arms(*margins), Arms(*rights), seed=seed)


flag = st.booleans()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), flag, flag, flag), min_size=1, max_size=25))
def test_flips_agree_with_a_slow_loop(make_rows, table):
    """Groups may be rare or absent; an absent one keeps its place and is empty."""
    y, cue, *rights = (np.array(column) for column in zip(*table))
    rows = make_rows(y, cue, cues=3)
    found = measured(rows, [np.zeros(len(y))] * 3, rights)
    assert [each.name for each in found] == [*rows.naming.groups, "all rows"]
    for g, each in enumerate(found):
        kept = [row for row, k in zip(table, rows.group) if k == g or g == 6]
        assert each.n == len(kept)
        if not kept:
            assert each.harm.beyond.value is each.help.treated.low is each.shift.treated.value is None
            continue
        n = len(kept)
        harm = [sum(o and not t for _, _, o, t, _ in kept) / n, sum(o and not c for _, _, o, _, c in kept) / n]
        help_ = [sum(t and not o for _, _, o, t, _ in kept) / n, sum(c and not o for _, _, o, _, c in kept) / n]
        for flips, (treated, control) in ((each.harm, harm), (each.help, help_)):
            assert (flips.treated.value, flips.control.value) == (pytest.approx(treated), pytest.approx(control))
            assert flips.beyond.value == pytest.approx(treated - control)
            assert flips.beyond.low - 1e-9 <= flips.beyond.value <= flips.beyond.high + 1e-9


def test_a_shift_of_one_arm_is_found_and_the_same_in_both_is_not(make_rows):
    rng = np.random.default_rng(0)
    rows = make_rows(np.repeat([0, 1], [180, 20]), np.tile([0, 1], 100))
    original, noise = rng.normal(2, 1, 200), rng.normal(0, 0.5, (2, 200))
    right = [np.ones(200, dtype=bool)] * 3
    fragile = measured(rows, [original, original - 1 + noise[0], original - 1 + noise[1]], right)[-1].shift
    assert fragile.beyond.low < 0 < fragile.beyond.high
    assert fragile.treated.high < -0.8  # before: without the control it looks like an effect
    leaning = measured(rows, [original, original - 1 + noise[0], original + noise[1]], right)[-1].shift
    assert leaning.beyond.value == pytest.approx(-1, abs=0.15)  # three standard errors of 0.05
    assert leaning.beyond.high < -0.8
    assert leaning.treated_high.value > leaning.control_high.value > 0


def test_the_interval_covers_the_mean_as_often_as_it_says(make_rows):
    """Null at 90/10: nothing moves the margin on average."""
    rng = np.random.default_rng(1)
    rows = make_rows(np.repeat([0, 1], [54, 6]), np.zeros(60, dtype=int))
    missed = 0
    for seed in range(150):
        margins = [np.zeros(60), rng.normal(size=60), rng.normal(size=60)]
        beyond = measured(rows, margins, [np.ones(60, dtype=bool)] * 3, seed)[-1].shift.beyond
        missed += not beyond.low <= 0 <= beyond.high
    assert missed / 150 <= 0.05 + 0.07  # three standard errors of 150, and the bootstrap of 60 rows is a little short


def test_the_percentile_and_its_interval(make_rows):
    rng = np.random.default_rng(2)
    shift = rng.exponential(size=400)
    rows = make_rows(np.zeros(400, dtype=int), np.zeros(400, dtype=int))
    found = measured(rows, [np.zeros(400), shift, -shift], [np.ones(400, dtype=bool)] * 3)[0].shift
    assert found.treated_high.value == found.control_high.value == np.sort(shift)[379]  # 95 % of 400 rows are 380
    drawn = [np.quantile(rng.choice(shift, 400), 0.95, method="inverted_cdf") for _ in range(4_000)]
    ends = np.quantile(drawn, [0.025, 0.975])
    # Both ends are order statistics of the same rows, drawn 2,000 and 4,000 times.
    assert [found.treated_high.low, found.treated_high.high] == pytest.approx(ends, rel=0.08)


def test_rows_of_one_cluster_count_once(make_rows):
    rng = np.random.default_rng(3)
    y, shift, broken = np.repeat([0, 1], 30), rng.normal(size=60), rng.random(60) < 0.3
    once = make_rows(y, y)
    twice = make_rows(np.tile(y, 2), np.tile(y, 2), cluster=np.tile(np.arange(60), 2))
    single = measured(once, [np.zeros(60), shift, 0 * shift], [np.ones(60, bool), ~broken, np.ones(60, bool)])[-1]
    double = measured(
        twice,
        [np.zeros(120), np.tile(shift, 2), np.zeros(120)],
        [np.ones(120, bool), np.tile(~broken, 2), np.ones(120, bool)],
    )[-1]
    assert double.n == 120
    assert (double.harm.beyond.low, double.harm.treated.high) == pytest.approx(
        (single.harm.beyond.low, single.harm.treated.high)
    )
    assert (double.shift.treated.low, double.shift.treated.high) == pytest.approx(
        (single.shift.treated.low, single.shift.treated.high)
    )


def test_without_a_control_nothing_is_said_beyond_it(make_rows):
    rows = make_rows([0, 1, 1], [0, 1, 0])
    found = pair_effect(rows, Arms(np.zeros(3), np.ones(3), None), Arms(*[np.ones(3, bool)] * 2, None), seed=0)
    whole = found[-1]
    assert whole.harm.control is whole.harm.beyond is whole.shift.beyond is whole.shift.control_high is None
    assert whole.shift.treated.value == 1
    assert found[0].shift.treated.low is None  # one row has no interval


def test_wrong_input_is_named(make_rows):
    rows, zeros, ones = make_rows([0, 1], [0, 1]), np.zeros(2), np.ones(2, bool)
    with pytest.raises(InputError, match="must both have a control"):
        pair_effect(rows, Arms(zeros, zeros, zeros), Arms(ones, ones, None), seed=0)
    with pytest.raises(InputError, match="right of treated"):
        pair_effect(rows, Arms(zeros, zeros, None), Arms(ones, ones[:1], None), seed=0)
    with pytest.raises(InputError, match="NaN"):
        pair_effect(rows, Arms(zeros, zeros * np.nan, None), Arms(ones, ones, None), seed=0)
