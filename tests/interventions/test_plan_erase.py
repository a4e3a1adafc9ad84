"""Which rows lose their cue: those that show it, with room for a control, each with its own numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_erosion

from hindmost.interventions.erase import erase_pair
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.plan_erase import plan_erase

SIDE = 48


def region(row):
    """A square at a place of its own; every seventh row has none, every fifth fills the frame."""
    mask = np.zeros((SIDE, SIDE), dtype=bool)
    if row % 7 == 0:
        return mask
    if row % 5 == 0:
        return ~mask
    mask[2 : 2 + 6 + row % 3, 3:11] = True
    return mask


def core(row):
    mask = np.zeros((SIDE, SIDE), dtype=bool)
    mask[20:30, 20:30] = True
    return mask


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60), st.integers(1, 9))
def test_only_rows_that_show_the_cue_and_up_to_so_many_of_each_group(make_rows, drawn, most):
    rows = make_rows([y for y, _ in drawn], [cue for _, cue in drawn])
    try:
        plan = plan_erase(rows, region, core, present=1, seed=3, per_group=most)
    except NotAvailable:
        assert not any(cue and row % 7 and row % 5 for row, (_, cue) in enumerate(drawn)) or most < len(drawn)
        return
    assert (rows.cue[plan.rows] == 1).all()
    assert all(row % 7 and row % 5 for row in plan.rows.tolist())
    assert np.bincount(rows.group[plan.rows], minlength=4).max() <= most
    assert len(plan) + sum(plan.faults.values()) == sum(min(most, int(n)) for n in rows.counts("test")[1::2])
    assert set(plan.faults) <= {"cue not found", "no room for a control"}


def test_every_planned_row_can_be_erased_and_the_control_hits_neither(make_rows):
    rows, rng = make_rows([0, 1] * 20, [1] * 40), np.random.default_rng(0)
    plan = plan_erase(rows, region, core, present=1, seed=0)
    image = rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    for row in plan.rows.tolist():
        cue, thing = region(row), core(row)
        pair = erase_pair(image, cue, thing, plan.draw(row))
        again = erase_pair(image, cue, thing, plan.draw(row))
        assert (pair.control == again.control).all()
        assert (pair.treated != image).any(axis=2)[cue].mean() > 0.9
        inside = binary_erosion(thing & ~cue)  # the outermost pixel is mixed with what is erased
        assert (pair.control == image)[inside].all()


def test_another_seed_draws_other_places(make_rows):
    rows = make_rows([0] * 30, [1] * 30)
    one, two = (plan_erase(rows, region, core, present=1, seed=seed) for seed in (0, 1))
    assert (one.rows == two.rows).all()
    assert [one.draw(r).integers(1000) for r in one.rows] != [two.draw(r).integers(1000) for r in two.rows]


def test_reasons_are_counted_and_named(make_rows):
    rows = make_rows([0, 0, 0], [0, 1, 1])
    with pytest.raises(NotAvailable, match="2 x cue not found"):
        plan_erase(rows, lambda row: None, core, present=1, seed=0)
    with pytest.raises(NotAvailable, match="none shows it"):
        plan_erase(make_rows([0, 1], [0, 0]), region, core, present=1, seed=0)
    with pytest.raises(NotAvailable, match="two values"):
        plan_erase(make_rows([0, 1], [0, 2], cues=3), region, core, present=1, seed=0)


def test_a_missing_object_is_not_taken_for_missing_room(make_rows):
    def none(row):
        raise NotAvailable("no core mask")

    with pytest.raises(NotAvailable, match="no core mask"):
        plan_erase(make_rows([0] * 4, [1] * 4), region, none, present=1, seed=0)
