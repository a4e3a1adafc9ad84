"""The AUC splits exactly by kind of pair, its change is paired, and nothing changed is nothing found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.dominance import dominance
from hindmost.core.errors import InputError
from hindmost.evals.ranking import ranking

GOES_WITH = np.array([0, 1])


def rows_of(make_rows, sizes, **more):
    group = np.repeat(np.arange(4), sizes)
    return make_rows(group // 2, group % 2, **more)


def by_kind(found):
    return {row.kind: row for row in found.rows}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)), max_size=25))
def test_a_slow_loop_over_pairs_agrees(make_rows, table):
    """Ties, rare groups and absent groups; cue values 0 and 2 go with class 0."""
    table = [*table, (0, 0, 1, 1), (1, 1, 2, 0)]
    y, cue, before, after = (np.array(column) for column in zip(*table))
    found = ranking(make_rows(y, cue, cues=3), before * 1.0, after * 1.0, association=np.array([0, 1, 0]))
    kinds = {"all": [], "easy": [], "hard": [], "same": []}
    for p in table:
        for n in table:
            if (p[0], n[0]) != (1, 0):
                continue
            says = (p[1] == 1, n[1] == 1)
            right = [(p[i] > n[i]) + 0.5 * (p[i] == n[i]) for i in (2, 3)]
            kinds["all"].append(right)
            kinds["same" if says[0] == says[1] else "easy" if says[0] else "hard"].append(right)
    for kind, row in by_kind(found).items():
        if not kinds[kind]:
            assert (row.before.value, row.change.low, row.positives) == (None, None, 0)
            continue
        mean = np.mean(kinds[kind], axis=0)
        assert row.share == pytest.approx(len(kinds[kind]) / len(kinds["all"]))
        assert (row.before.value, row.after.value) == (pytest.approx(mean[0]), pytest.approx(mean[1]))
        assert row.change.value == pytest.approx(mean[1] - mean[0])
        assert row.change.low - 1e-9 <= row.change.value <= row.change.high + 1e-9
    parts = [row for row in found.rows[1:] if row.share]
    for name in ("before", "after", "change"):
        total = sum(row.share * getattr(row, name).value for row in parts)
        assert total == pytest.approx(getattr(found.rows[0], name).value)


def test_losing_the_shortcut_helps_hard_pairs_costs_easy_ones_and_leaves_the_same(make_rows):
    rows, rng = rows_of(make_rows, [400, 100, 100, 400]), np.random.default_rng(0)
    core = 1.5 * rows.y + rng.normal(size=1000)
    found = by_kind(ranking(rows, core + 2.0 * rows.cue, core, association=GOES_WITH))
    assert found["hard"].change.low > 0.2
    assert found["easy"].change.high < 0
    assert (found["same"].change.value, found["same"].change.low) == (pytest.approx(0, abs=1e-12), pytest.approx(0))
    damaged = by_kind(ranking(rows, core + 2.0 * rows.cue, core + 2 * rng.normal(size=1000), association=GOES_WITH))
    assert damaged["same"].change.high < -0.05


def test_the_interval_of_all_pairs_is_that_of_one_auc(make_rows):
    rows, rng = rows_of(make_rows, [30, 20, 25, 40]), np.random.default_rng(1)
    score = rows.y + rng.normal(size=115)
    row = ranking(rows, score, -score, association=GOES_WITH).rows[0]
    low, high = dominance(score[rows.y == 0], score[rows.y == 1]).interval(0.05)
    assert (row.before.low, row.before.high) == (pytest.approx((low + 1) / 2), pytest.approx((high + 1) / 2))
    assert row.after.value == pytest.approx(1 - row.before.value)


@pytest.mark.parametrize("sizes", [[60, 60, 60, 60], [396, 8, 8, 396]])
def test_heads_of_equal_worth_are_told_apart_no_more_often_than_the_level(make_rows, sizes):
    """Null: two noisy readings of one signal, with 50/50 and 98/2 alignment."""
    rows, rng = rows_of(make_rows, sizes), np.random.default_rng(2)
    missed = np.zeros(4)
    for _ in range(200):
        core = rows.y + 0.7 * rng.normal(size=len(rows))
        found = ranking(rows, *(core + 0.7 * rng.normal(size=(2, len(rows)))), association=GOES_WITH)
        missed += [not row.change.low <= 0 <= row.change.high for row in found.rows]
    assert (missed / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)).all()


def test_few_rows_in_perfect_order_keep_a_width(make_rows):
    rows = rows_of(make_rows, [4, 4, 4, 4])
    order = rows.y * 100.0 + np.arange(16)
    row = ranking(rows, order, rows.y * 100.0 - np.arange(16) % 3, association=GOES_WITH).rows[0]
    assert (row.change.value, row.before.value) == (0, 1)
    assert row.before.low < 0.9


def test_repeated_rows_of_a_cluster_add_no_certainty(make_rows):
    rows, rng = rows_of(make_rows, [40, 30, 20, 50]), np.random.default_rng(3)
    a, b = rows.y + rng.normal(size=(2, 140))
    once = ranking(rows, a, b, association=GOES_WITH)
    three = make_rows(np.repeat(rows.y, 3), np.repeat(rows.cue, 3), cluster=np.repeat(np.arange(140), 3))
    again = ranking(three, np.repeat(a, 3), np.repeat(b, 3), association=GOES_WITH)
    for one, two in zip(once.rows, again.rows):
        assert (two.change.low, two.after.high) == (pytest.approx(one.change.low), pytest.approx(one.after.high))


def test_it_says_why_not(make_rows):
    three = make_rows([0, 1, 2], [0, 1, 0], classes=3)
    assert "two classes" in ranking(three, np.zeros(3), np.zeros(3), association=GOES_WITH).reason
    assert "one class" in ranking(make_rows([0, 0], [0, 1]), np.zeros(2), np.zeros(2), association=GOES_WITH).reason
    unknown = ranking(make_rows([0, 1], [0, 1]), np.zeros(2), np.zeros(2), association=np.array([0, -1]))
    assert "never" in unknown.reason
    with pytest.raises(InputError, match="NaN"):
        ranking(make_rows([0, 1], [0, 1]), np.array([np.nan, 0]), np.zeros(2), association=GOES_WITH)
