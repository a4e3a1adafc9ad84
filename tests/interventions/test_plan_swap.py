"""Donors: of the right cue, in the row's split, never the row itself, dealt evenly, the same for one seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.rows import Naming, Rows
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.plan_swap import CANDIDATES, plan_swap

MASK = np.zeros((64, 64), dtype=bool)
MASK[20:44, 20:44] = True


def some_mask(row):
    """Boxes of different place and size."""
    rng = np.random.default_rng(row)
    mask = np.zeros((64, 64), dtype=bool)
    top, left = rng.integers(0, 30, 2)
    mask[top : top + rng.integers(10, 30), left : left + rng.integers(10, 30)] = True
    return mask


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 8)), min_size=1, max_size=40),
    st.integers(0, 5),
    st.integers(0, 4),
)
def test_every_donor_fits_its_row(make_rows, table, seed, most):
    """Groups may be rare or absent; clusters join rows."""
    y, cue, cluster = (np.array(column) for column in zip(*table))
    rows = make_rows(y, cue, cues=3, cluster=cluster)
    try:
        plan = plan_swap(rows, lambda row: MASK, seed=seed, per_group=most)
    except NotAvailable:
        assert (np.bincount(cue, minlength=3) >= 2).sum() < 2
        return
    assert (rows.cue[plan.swap] == plan.cue).all()
    assert (rows.cue[plan.control] == rows.cue[plan.rows]).all()
    assert (plan.cue != rows.cue[plan.rows]).all()
    assert (rows.y[plan.swap] == rows.y[plan.control]).all()
    for donor in (plan.swap, plan.control):
        assert (cluster[donor] != cluster[plan.rows]).all()
    assert np.bincount(rows.group[plan.rows], minlength=rows.n_groups).max(initial=0) <= most
    seen = set(rows.group.tolist())
    assert set(plan.missing) == seen - set(rows.group[plan.rows].tolist())


def test_donors_stay_in_the_split_and_serve_alike(make_rows):
    test = make_rows(np.repeat([0, 0, 1, 1], 60), np.tile(np.repeat([0, 1], 60), 2))
    split = np.tile([0, 1, 2, 2], 60)
    rows = Rows(test.ids, test.y, test.cue, split, test.naming)
    plan = plan_swap(rows, some_mask, seed=1, per_group=20)
    assert len(plan) == 80
    for positions in (plan.rows, plan.swap, plan.control):
        assert (split[positions] == 2).all()
    # A donor is a candidate in turn, so it serves at most as often as the deck is dealt, plus one.
    deals = 80 * CANDIDATES / 4 / 30
    assert np.bincount(plan.swap).max() <= np.ceil(2 * deals) + 1
    classes = rows.y[plan.swap].mean()
    assert 0.3 < classes < 0.7  # drawn evenly: 80 fair draws lie within 0.3 and 0.7 but once in 2,000


def test_one_seed_one_plan(make_rows):
    rows = make_rows(np.repeat([0, 1], 40), np.tile([0, 1], 40))
    one, again, other = (plan_swap(rows, some_mask, seed=seed, per_group=10) for seed in (3, 3, 4))
    for name in ("rows", "cue", "swap", "control", "hole"):
        assert (getattr(one, name) == getattr(again, name)).all()
    assert (one.swap != other.swap).any()


def test_donors_are_chosen_whose_holes_the_object_hides(make_rows):
    rows = make_rows(np.repeat([0, 1], 60), np.tile([0, 1], 60))
    plan = plan_swap(rows, some_mask, seed=0, per_group=30)
    visible = [
        ((some_mask(a) | some_mask(b)) & ~some_mask(row)).mean()
        for row, a, b in zip(plan.rows, plan.swap, plan.control)
    ]
    np.testing.assert_allclose(plan.hole, visible, atol=1e-9)  # masks as large as the small masks: no rounding
    rng = np.random.default_rng(0)
    blind = [
        ((some_mask(row) | some_mask(rng.integers(120))) & ~some_mask(rng.integers(120))).mean() for row in plan.rows
    ]
    assert np.mean(visible) < 0.6 * np.mean(blind)


def test_poor_masks_are_neither_objects_nor_donors(make_rows):
    rows = make_rows(np.repeat([0, 1], 20), np.tile([0, 1], 20))
    poor = np.arange(40) < 10
    empty = {12, 13}
    plan = plan_swap(rows, lambda row: MASK & (row not in empty), seed=0, poor=poor)
    used = set(plan.rows.tolist()) | set(plan.swap.tolist()) | set(plan.control.tolist())
    assert not used & (set(range(10)) | empty)
    assert plan.faults == {"known to be poor": 10, "empty": 2}


def test_what_cannot_be_made_says_why(make_rows):
    y, both = np.zeros(8, dtype=int), np.tile([0, 1], 4)
    with pytest.raises(NotAvailable, match="one cue value only"):
        plan_swap(make_rows(y, y), lambda row: MASK, seed=0)
    with pytest.raises(NotAvailable, match="mask_filename"):
        plan_swap(make_rows(y, both), lambda row: None, seed=0)
    with pytest.raises(NotAvailable, match="a=0: 4, a=1: 1"):
        plan_swap(make_rows(y, both), lambda row: MASK if row % 2 == 0 or row == 1 else None, seed=0)
    nothing = Rows(
        np.array([], dtype=str), *(np.array([], dtype=np.int64),) * 3, Naming(("0", "1"), ("0", "1"), ("a",))
    )
    with pytest.raises(NotAvailable):
        plan_swap(nothing, lambda row: MASK, seed=0)
