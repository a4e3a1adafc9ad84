"""The AUC of many features at once is the pairwise count, and its error is DeLong's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.dominance import dominance
from hindmost.evals._placements import by_unit, placements
from hindmost.evals.stratified_auc import MIN_ROWS, ask, questions


def slow(first, second):
    """Every pair in turn."""
    return np.mean([(b > a) + 0.5 * (b == a) for a in first for b in second])


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(2, 9), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_ranks_count_pairs_and_ties_count_half(m, n, d, seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 4, size=(d, m)).astype(float), rng.integers(0, 4, size=(d, n)).astype(float)
    found = placements(first, second)
    for k in range(d):
        known = dominance(first[k], second[k])
        assert found.auc[k] == pytest.approx(slow(first[k], second[k])) == pytest.approx(known.auc)
        each = [by_unit(one[k : k + 1], np.arange(one.shape[1])) for one in (found.first, found.second)]
        assert sum((one**2).sum() for one in each) == pytest.approx(known.variance)
    assert found.first.sum(axis=1) == pytest.approx(0, abs=1e-12)


def rows_of(make_rows, sizes, **more):
    group = np.repeat(np.arange(len(sizes)), sizes)
    return make_rows(group // 2, group % 2, classes=len(sizes) // 2, **more)


def class_question(rows):
    return questions(rows, rows.y, rows.cue, rows.naming.classes)


def test_strata_are_averaged_by_van_elterens_weights(make_rows):
    rows, rng = rows_of(make_rows, [40, 30, 20, 50]), np.random.default_rng(0)
    X = rng.normal(size=(140, 3))
    (question,) = class_question(rows)
    noise = rng.standard_normal((2000, 140))
    found = ask(X, question, np.arange(140), noise)
    inside = [dominance(*(X[(rows.cue == a) & (rows.y == y), 0] for y in (0, 1))) for a in (0, 1)]
    w = np.array([40 * 20 / 61, 30 * 50 / 81])
    w /= w.sum()
    assert found.auc[0] == pytest.approx(w @ [one.auc for one in inside])
    assert found.se[0] == pytest.approx(np.sqrt(w**2 @ [one.variance for one in inside]))
    assert found.drawn.std(axis=0) == pytest.approx(found.se, rel=0.06)  # 2,000 draws: the sd's own error is 1.6 %
    assert 30 < found.df[0] < 140
    blocks = ask(np.repeat(X, 3, axis=1), question, np.arange(140), noise)
    assert np.array_equal(blocks.auc[::3], found.auc)


def test_repeated_rows_of_a_cluster_add_no_certainty(make_rows):
    rows, rng = rows_of(make_rows, [40, 30, 20, 50]), np.random.default_rng(1)
    X = rng.normal(size=(140, 2))
    three = make_rows(np.repeat(rows.y, 3), np.repeat(rows.cue, 3), cluster=np.repeat(np.arange(140), 3))
    once, again = class_question(rows)[0], class_question(three)[0]
    assert again.weights == pytest.approx(once.weights)
    assert again.null_variance == pytest.approx(once.null_variance)
    a = ask(X, once, np.arange(140), np.zeros((1, 140)))
    b = ask(np.repeat(X, 3, axis=0), again, three.cluster, np.zeros((1, 140)))
    assert (b.auc, b.se, b.df) == (pytest.approx(a.auc), pytest.approx(a.se), pytest.approx(a.df))


def test_the_null_variance_is_that_of_rank_sums(make_rows):
    rows, rng = rows_of(make_rows, [15, 60, 45, 12]), np.random.default_rng(2)
    (question,) = class_question(rows)
    found = ask(rng.normal(size=(132, 20_000)), question, np.arange(132), np.zeros((1, 132)))
    # 20,000 independent features: the variance's own error is 1 %
    assert found.auc.var() == pytest.approx(question.null_variance, rel=0.04)


def test_thin_strata_and_absent_values_are_left_out(make_rows):
    rows = rows_of(make_rows, [40, MIN_ROWS - 1, 20, 50])
    assert [len(one.strata) for one in class_question(rows)] == [1]
    assert class_question(rows_of(make_rows, [40, 0, 0, 40])) == ()
    twins = rows_of(make_rows, [40, 12, 20, 50], cluster=[*range(40), *([40] * 12), *range(41, 111)])
    assert [len(one.strata) for one in class_question(twins)] == [1]  # twelve rows of one source are one row


def test_more_values_are_each_set_against_the_others(make_rows):
    rows = make_rows(np.repeat([0, 1, 2], 40), np.tile([0, 1], 60), classes=3)
    assert [one.what for one in class_question(rows)] == ["y=0", "y=1", "y=2"]
