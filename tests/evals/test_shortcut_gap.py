"""The shortcut gap: nothing there, nothing found; something there, found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from hindmost.evals.shortcut_gap import shortcut_gap


def build(make_rows, sizes, *, cues=2, **more):
    group = np.repeat(np.arange(len(sizes)), sizes)
    return make_rows(group // cues, group % cues, classes=len(sizes) // cues, cues=cues, **more), group


@pytest.mark.parametrize("sizes", [[900, 100, 100, 900], [990, 10, 10, 990]])
def test_a_hard_class_is_no_gap_and_bounds_hold_under_imbalance(make_rows, sizes):
    """Class 1 is much harder in both cues. The true gap is 0: found above 0 at most at the level."""
    rows, group = build(make_rows, sizes)
    truth, rng = np.array([0.95, 0.95, 0.6, 0.6])[group], np.random.default_rng(0)
    found = [shortcut_gap(rows, rows.y ^ (rng.random(len(rows)) > truth), level=0.05) for _ in range(500)]
    assert np.mean([each.lower_bound > 0 for each in found]) <= 0.05 + 0.03  # three standard errors at 500


@pytest.mark.parametrize("truth", [[0.95, 0.85, 0.8, 0.9], [0.9, 0.8, 0.7, 0.8]])
def test_the_upper_bound_without_correction_covers_the_true_gap(make_rows, truth):
    rows, group = build(make_rows, [500, 120, 120, 500])
    rng, share = np.random.default_rng(1), np.array(truth)[group]
    found = [shortcut_gap(rows, rows.y ^ (rng.random(len(rows)) > share), level=0.05) for _ in range(500)]
    assert np.mean([each.upper_bound < 0.1 for each in found]) <= 0.05 + 0.03
    assert np.mean([each.lower_bound > 0.1 for each in found]) <= 0.05 + 0.03


def test_a_shortcut_is_found(make_rows):
    rows, group = build(make_rows, [900, 100, 100, 900])
    wrong = np.random.default_rng(2).random(2000) > np.array([0.98, 0.7, 0.5, 0.97])[group]
    found = shortcut_gap(rows, rows.y ^ wrong, level=0.05)
    assert (found.class_name, found.better_cue, found.worse_cue) == ("y=1", "a=1", "a=0")
    assert 0.3 < found.lower_bound < found.gap < found.upper_bound < 0.65
    assert (found.complete, found.reason) == (True, None)


def square_and_add(p, q, level):
    """One-sided bounds of the difference of two shares, each from statsmodels' Clopper-Pearson interval."""
    (low_p, high_p), (low_q, high_q) = (
        proportion_confint(sum(each), len(each), alpha=2 * level, method="beta") for each in (p, q)
    )
    p, q = np.mean(p), np.mean(q)
    low, high = p - q - np.hypot(p - low_p, high_q - q), p - q + np.hypot(high_p - p, q - low_q)
    return max(low, -1.0), min(high, 1.0)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=40))
def test_agrees_with_a_slow_loop(make_rows, table):
    y, a = [t[0] for t in table], [t[1] for t in table]
    wrong = np.array([t[2] for t in table], dtype=bool)
    rows = make_rows(y, a, classes=3, cues=3)
    found = shortcut_gap(rows, np.where(wrong, (rows.y + 1) % 3, rows.y), level=0.05)
    cells = {(c, k): [not w for yy, aa, w in table if (yy, aa) == (c, k)] for c in range(3) for k in range(3)}
    pairs = [((c, i), (c, j)) for c in range(3) for i in range(3) for j in range(i + 1, 3)]
    known = [(cells[p], cells[q]) for p, q in pairs if cells[p] and cells[q]]
    assert found.complete == (len(known) == 9)
    if not known:
        assert (found.gap, found.upper_bound) == (None, None)
        return
    assert found.gap == pytest.approx(max(abs(np.mean(p) - np.mean(q)) for p, q in known))
    ends = [square_and_add(p, q, 0.05) for p, q in known]
    assert found.upper_bound == pytest.approx(max(max(-low, high) for low, high in ends))
    ends = [square_and_add(p, q, 0.05 / (2 * len(known))) for p, q in known]
    assert found.lower_bound == pytest.approx(max(0, *(max(low, -high) for low, high in ends)))


def test_a_single_cue_and_an_empty_cell_say_why(make_rows):
    rows, _ = build(make_rows, [5, 5], cues=1)
    assert "one value" in shortcut_gap(rows, rows.y, level=0.05).reason
    rows, _ = build(make_rows, [5, 5, 0, 5])
    found = shortcut_gap(rows, rows.y, level=0.05)
    assert (found.gap, found.complete, found.reason) == (0.0, False, "no test rows of: y=1, a=0")


def test_twins_that_agree_narrow_the_bounds_and_twins_that_differ_widen_them(make_rows):
    """100 scenes of one class, each with and without the cue; 80 % right in both cells."""
    y, a, scene = [0] * 200, [0] * 100 + [1] * 100, np.tile(np.arange(100), 2)
    easy = np.arange(100) < 80
    alone = make_rows(y, a, classes=1)
    twins = make_rows(y, a, classes=1, cluster=scene)
    same = 1 - np.concatenate([easy, easy]).astype(np.int64)
    opposite = 1 - np.concatenate([easy, easy[::-1]]).astype(np.int64)
    independent = shortcut_gap(alone, same, level=0.05)
    assert shortcut_gap(alone, opposite, level=0.05) == independent
    assert shortcut_gap(twins, same, level=0.05).upper_bound < 0.6 * independent.upper_bound
    assert shortcut_gap(twins, opposite, level=0.05).upper_bound > 1.05 * independent.upper_bound


def test_clusters_within_a_cell_count_as_fewer_rows(make_rows):
    rows, group = build(make_rows, [40, 40, 40, 40])
    predicted = np.where(np.arange(160) % 5 == 0, 1 - rows.y, rows.y)
    patients = make_rows(rows.y, rows.cue, cluster=np.arange(160) // 4)
    # The gap is 0 in both; a quarter of the rows about doubles the bound.
    ratio = (
        shortcut_gap(patients, predicted, level=0.05).upper_bound
        / shortcut_gap(rows, predicted, level=0.05).upper_bound
    )
    assert 1.6 < ratio < 2.2
    assert len(group) == 160
