"""The parts add up to the shift, exactly, and zeroed features move nothing after."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.core.head import Head, margins, runner_up
from hindmost.core.rows import Naming, Rows
from hindmost.evals.feature_blame import feature_blame


def some_heads(rng, classes, d):
    """A dense baseline, and a head that zeroes about half of the features."""
    baseline = Head(rng.normal(size=(classes, d)), rng.normal(size=classes))
    coef = rng.normal(size=(classes, d)) * (rng.random(d) < 0.5)
    return baseline, Head(
        coef + rng.normal(size=(1, d)), rng.normal(size=classes)
    )  # a constant over classes is no weight


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=20),
    st.integers(2, 3),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_parts_add_up_to_the_shift_of_the_margin(make_rows, table, classes, with_control, seed):
    rng = np.random.default_rng(seed)
    y, cue = (np.array(column) for column in zip(*table))
    rows = make_rows(y % classes, cue, classes=classes)
    X, treated, control = rng.normal(size=(3, len(y), 7))
    baseline, head = some_heads(rng, classes, 7)
    rival = runner_up(baseline.logits(X), rows.y)
    found = feature_blame(rows, X, treated, control if with_control else None, rival, baseline, head, top=7)
    origin = control if with_control else X
    for g, each in enumerate(found):
        where = rows.group == g if g < rows.n_groups else np.ones(len(rows), dtype=bool)
        assert each.n == where.sum()
        if not each.n:
            assert (each.before, each.after, each.top) == (None, None, ())
            continue
        for one, value in ((baseline, each.before), (head, each.after)):
            shift = margins(one.logits(treated), rows.y, rival) - margins(one.logits(origin), rows.y, rival)
            assert value == pytest.approx(shift[where].mean(), abs=1e-10)  # the same sums in another order
        assert each.kept_before + each.zeroed_before == pytest.approx(each.before)
        assert sum(row.before for row in each.top) == pytest.approx(each.before)
        assert sum(row.after for row in each.top) == pytest.approx(each.after)
        assert all(abs(row.after) < 1e-12 for row in each.top if not row.kept)
        sizes = [abs(row.before) for row in each.top]
        assert sizes == sorted(sizes, reverse=True)
        assert each.n_kept == sum(row.kept for row in each.top)


def test_by_hand():
    """w = 2 and 4 before, the second zeroed after; the cue moves both features by 1."""
    one = np.array([1], dtype=np.int64)
    rows = Rows(np.array(["a"]), one, 0 * one, 2 * one, Naming(("0", "1"), ("0", "1"), ("a",)))
    baseline, head = (
        Head.from_binary(np.array([2.0, 4.0]), np.zeros(1)),
        Head.from_binary(np.array([3.0, 0.0]), np.zeros(1)),
    )
    found = feature_blame(rows, np.zeros((1, 2)), np.ones((1, 2)), None, 0 * one, baseline, head)[-1]
    assert (found.before, found.kept_before, found.zeroed_before, found.after) == (6, 2, 4, 3)
    assert found.share_of_moved_zeroed == pytest.approx(4 / 6)
    assert [(row.feature, row.before, row.after, row.kept) for row in found.top] == [(1, 4, 0, False), (0, 2, 3, True)]


def test_nothing_moves_nothing(make_rows):
    rows, X = make_rows([0, 1], [0, 1]), np.ones((2, 3))
    baseline, head = some_heads(np.random.default_rng(0), 2, 3)
    found = feature_blame(rows, X, X, None, 1 - rows.y, baseline, head)[-1]
    assert (found.before, found.after, found.share_of_moved_zeroed) == (0, 0, None)


def test_wrong_input_is_named(make_rows):
    rows, X = make_rows([0, 1], [0, 1]), np.ones((2, 3))
    baseline, head = some_heads(np.random.default_rng(0), 2, 3)
    with pytest.raises(InputError, match="own class"):
        feature_blame(rows, X, X, None, rows.y, baseline, head)
    with pytest.raises(InputError, match="features and heads of one network"):
        feature_blame(rows, X[:, :2], X, None, 1 - rows.y, baseline, head)
    with pytest.raises(InputError, match="treated has shape"):
        feature_blame(rows, X, X[:1], None, 1 - rows.y, baseline, head)
