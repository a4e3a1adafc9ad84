"""A plan becomes pairs: row, donors and order as planned."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.interventions.frame import grow
from hindmost.interventions.plan_swap import plan_swap
from hindmost.interventions.swap import swap_pair
from hindmost.interventions.swap_twins import read_cut, swap_twins


def test_every_pair_is_made_as_planned(make_rows, make_cut):
    rows = make_rows(np.repeat([0, 1], 8), np.tile([0, 1], 8))
    cuts = [make_cut(seed=at, at=(0.3 + 0.02 * at, 0.5), colour=(240, at, 0)) for at in range(16)]
    read = (lambda row: cuts[row].image, lambda row: cuts[row].core)
    plan = plan_swap(rows, read[1], seed=0, per_group=2)
    pairs = list(swap_twins(plan, *read))
    assert len(pairs) == len(plan) == 8
    for pair, row, swap, control in zip(pairs, plan.rows, plan.swap, plan.control):
        by_hand = swap_pair(cuts[row], cuts[swap], cuts[control])
        assert (pair.treated == by_hand.treated).all()
        assert (pair.control == by_hand.control).all()
        inside = ~grow(~cuts[row].core, 1)
        assert (pair.treated[inside] == (240, row, 0)).all()


def test_a_smaller_mask_is_brought_to_its_photograph(make_cut):
    cut = make_cut(size=(64, 80))
    found = read_cut(0, lambda row: cut.image, lambda row: cut.core[::2, ::2])
    assert found.core.shape == (64, 80)
    assert (found.core == cut.core).mean() > 0.98
    with pytest.raises(InputError, match="no core mask"):
        read_cut(0, lambda row: cut.image, lambda row: None)
