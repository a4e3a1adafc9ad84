"""Paired change: false alarms first, then what each state of harm means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from hindmost.core.errors import InputError
from hindmost.core.paired import tango
from hindmost.core.pvalues import holm
from hindmost.evals.paired_change import CLUSTERED, INDEPENDENT, paired_change


def change(rows, before, after, *, margin=0.05, seed=0):
    """The table of two heads, from where each is right."""
    heads = [np.where(right, rows.y, 1 - rows.y) for right in (before, after)]
    return paired_change(rows, *heads, baseline="erm", level=0.05, harm_margin=margin, seed=seed)


def four_groups(make_rows, sizes, **more):
    group = np.repeat(np.arange(4), sizes)
    return make_rows(group // 2, group % 2, **more), group


@pytest.mark.parametrize("sizes", [[450, 50, 50, 450], [495, 5, 5, 495]])
def test_two_equally_good_heads_are_neither_harmed_nor_helped(make_rows, sizes):
    """1,000 data sets at 90/10 and 99/1, 15 % of rows change at random in both directions, margin near 0."""
    rows, group = four_groups(make_rows, sizes)
    rng, found = np.random.default_rng(0), []
    for _ in range(1000):
        before = rng.random(len(group)) < 0.8
        after = np.where(rng.random(len(group)) < 0.3, rng.random(len(group)) < 0.8, before)
        found.append({row.outcome for row in change(rows, before, after, margin=0.001).groups})
    # Family-wise over four groups: 0.05, with three standard errors of 1,000 data sets.
    assert np.mean([bool(outcomes & {"harmed", "helped"}) for outcomes in found]) <= 0.05 + 0.021


@pytest.mark.parametrize(("gain", "loss"), [(0.0, 0.05), (0.05, 0.10)])
@pytest.mark.parametrize("n", [100, 640])
def test_a_true_loss_at_the_margin_is_rarely_called_unharmed(make_rows, gain, loss, n):
    rows = make_rows([1] * n, [0] * n)
    rng, found = np.random.default_rng(1), []
    for _ in range(600):
        before = rng.random(n) < 0.5
        moves = rng.random(n)
        after = np.where(before, moves >= 2 * loss, moves < 2 * gain)
        found.append(change(rows, before, after).groups[2].outcome)
    # Score bounds are near nominal; three standard errors of 600 data sets are 0.027.
    assert np.mean([outcome in ("unharmed", "helped") for outcome in found]) <= 0.05 + 0.027


def test_harm_and_help_are_found_where_they_are(make_rows):
    rows, group = four_groups(make_rows, [400, 60, 60, 400])
    rank = np.concatenate([np.arange(size) for size in (400, 60, 60, 400)])
    before = np.select([group == 0, group == 1, group == 2], [rank < 390, rank < 50, rank < 20], rank < 395)
    after = np.select([group == 0, group == 1, group == 2], [rank < 340, rank < 48, rank < 50], rank < 394)
    table = change(rows, before, after)
    assert [row.outcome for row in table.groups] == ["harmed", "open", "helped", "unharmed"]
    assert [(row.fixed, row.broken) for row in table.groups] == [(0, 50), (0, 2), (30, 0), (0, 1)]
    assert table.groups[0].difference == pytest.approx(-0.125)
    assert table.worst_difference == pytest.approx(48 / 60 - 20 / 60)
    assert table.worst_low < table.worst_difference < table.worst_high
    assert (table.baseline, table.method) == ("erm", INDEPENDENT)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=40))
def test_agrees_with_a_slow_loop_and_outcomes_exclude_each_other(make_rows, table):
    group = np.array([t[0] for t in table], dtype=np.int64)
    before, after = (np.array([t[i] for t in table], dtype=bool) for i in (1, 2))
    found = change(make_rows(group // 2, group % 2), before, after, margin=0.1).groups
    p_values = []
    for g, row in enumerate(found):
        own = [(b, a) for k, b, a in table if k == g]
        fixed, broken = own.count((False, True)), own.count((True, False))
        if not own:
            assert (row.n, row.fixed, row.difference, row.p_adjusted, row.outcome) == (0, None, None, None, "no_data")
            continue
        assert (row.n, row.fixed, row.broken) == (len(own), fixed, broken)
        assert (row.low, row.high) == pytest.approx(tuple(float(end) for end in tango(fixed, broken, len(own))))
        p_values.append(mcnemar([[0, fixed], [broken, 0]], exact=True).pvalue if fixed + broken else 1.0)
        if row.outcome in ("helped", "unharmed"):
            assert row.lower_bound > -0.1
        if row.outcome in ("harmed", "open"):
            assert row.lower_bound <= -0.1
        assert {type(row.n), type(row.fixed)} == {int}
        assert {type(row.p_value), type(row.p_adjusted), type(row.lower_bound), type(row.low)} == {float}
    adjusted = [row.p_adjusted for row in found if row.n]
    assert adjusted == pytest.approx(holm(np.array(p_values)).tolist())


def test_an_open_question_says_how_many_rows_would_close_it(make_rows):
    def counted(n, broken):
        rows = make_rows([0] * n, [0] * n)
        return change(rows, np.ones(n, dtype=bool), np.arange(n) >= broken).groups[0]

    found = counted(50, 1)
    assert found.outcome == "open"
    assert type(found.n_to_close) is int
    multiple = -(-found.n_to_close // 50)
    assert counted(50 * multiple, multiple).outcome == "unharmed"
    assert counted(50 * (multiple - 1), multiple - 1).outcome == "open"
    assert counted(40, 2).n_to_close is None  # at a loss of the margin no number of rows would
    assert counted(1000, 1).n_to_close is None  # closed already


def test_one_broken_row_alone_proves_no_harm_to_the_worst_group(make_rows):
    rows, group = four_groups(make_rows, [50, 1, 50, 50])
    table = change(rows, np.ones(151, dtype=bool), group != 1)
    assert table.worst_difference == -1.0
    assert table.worst_high >= 0.0  # a bootstrap would draw the one row every time: [-1, -1]


def test_clusters_of_one_row_are_independent_rows(make_rows):
    rows, _ = four_groups(make_rows, [40, 10, 10, 40])
    rng = np.random.default_rng(4)
    before, after = rng.random(100) < 0.6, rng.random(100) < 0.8
    scenes = np.concatenate([np.arange(40), np.arange(10), 50 + np.arange(10), 50 + np.arange(40)])
    twins = make_rows(rows.y, rows.cue, cluster=scenes)  # once in each group, twice in the data
    assert change(twins, before, after).groups == change(rows, before, after).groups
    assert change(twins, before, after).method == INDEPENDENT


@pytest.mark.parametrize("patients", [12, 60])
def test_with_clusters_patients_are_counted_not_images(make_rows, patients):
    """Null: each patient's eight images change together, either way with equal chance."""
    n = patients * 8
    patient = np.repeat(np.arange(patients), 8)
    alone, clustered = make_rows([1] * n, [1] * n), make_rows([1] * n, [1] * n, cluster=patient)
    rng, alarms, naive, covered = np.random.default_rng(5), [], [], []
    for _ in range(150):
        move = rng.choice([-1, 0, 1], p=[0.25, 0.5, 0.25], size=patients)[patient]
        before = np.where(move == 0, True, move < 0)
        after = np.where(move == 0, True, move > 0)
        row = change(clustered, before, after, margin=0.001).groups[3]
        alarms.append(row.outcome in ("harmed", "helped"))
        covered.append(row.low <= 0 <= row.high)
        naive.append(change(alone, before, after, margin=0.001).groups[3].outcome in ("harmed", "helped"))
    assert np.mean(alarms) <= 0.05 + 0.054  # three standard errors of 150 data sets
    assert np.mean(covered) >= 0.95 - 0.054
    assert np.mean(naive) > 0.3  # before: rows taken as independent


def test_many_changed_clusters_use_the_bootstrap_and_say_so(make_rows):
    rng = np.random.default_rng(6)
    patient = np.repeat(np.arange(100), 3)
    rows = make_rows([0] * 300, [0] * 300, cluster=patient)
    before = (rng.random(100) < 0.6)[patient]
    after = before | (rng.random(100) < 0.8)[patient]
    table = change(rows, before, after)
    assert table.method == CLUSTERED
    row = table.groups[0]
    means = (after.astype(float) - before).reshape(100, 3).mean(axis=1)
    half = 1.96 * means.std(ddof=1) / 10
    assert (row.low, row.high) == pytest.approx((means.mean() - half, means.mean() + half), abs=0.02)
    assert row.outcome == "helped"


def test_refuses_predictions_of_other_rows(make_rows):
    rows = make_rows([0, 1], [0, 1])
    with pytest.raises(InputError, match="predicted"):
        paired_change(rows, rows.y, rows.y[:1], baseline="erm", level=0.05, harm_margin=0.05, seed=0)
