"""Patches come from training rows, go beside the object, and are dealt evenly."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.core.rows import Rows
from hindmost.interventions.ellipse import Ellipse
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.paste import free_places
from hindmost.interventions.patches import generate_patch
from hindmost.interventions.plan_paste import find_sources, plan_paste

SIDE = (128, 128)
SPOT = Ellipse(64, 64, 16, 16, 0).mask(SIDE)


@pytest.fixture
def rows(make_rows):
    """Ten rows of each split and cue."""
    given = make_rows(np.tile([0, 1], 30), np.repeat([0, 1], 30))
    return Rows(given.ids, given.y, given.cue, np.tile([0, 1, 2], 20).astype(np.int64), given.naming)


def test_sources_come_from_training_rows_with_the_cue(rows, skin):
    asked = []

    def read(row):
        asked.append(row)
        return skin(seed=row, sticker=Ellipse(45, 120, 22, 26, 0))

    found = find_sources(rows, read, cue=1, seed=0)
    assert set(asked) == set(np.flatnonzero((rows.split == 0) & (rows.cue == 1)).tolist())
    assert {patch.source for patch in found.patches} == {str(rows.ids[row]) for row in asked}
    qualities = [patch.quality for patch in found.patches]
    assert qualities == sorted(qualities, reverse=True)
    assert (found.photographs, found.without, found.generated) == (10, 0, False)


def test_where_none_can_be_cut_they_are_generated(rows, skin):
    found = find_sources(rows, lambda row: skin(seed=row), cue=1, seed=2, shape=SIDE)
    assert (found.generated, found.without) == (True, 10)
    assert {patch.source for patch in found.patches} == {"generated"}


def test_rows_without_the_cue_get_a_patch_beside_their_object(rows):
    patches = [generate_patch(SIDE, seed) for seed in range(6)]
    plan = plan_paste(rows, lambda row: SPOT, patches, cue=1, seed=0)
    assert set(plan.rows.tolist()) == set(np.flatnonzero((rows.split > 0) & (rows.cue == 0)).tolist())
    assert all(place in free_places(patches[at], SPOT) for at, place in zip(plan.patch, plan.place))
    dealt = np.bincount(plan.patch, minlength=6)
    assert dealt.max() - dealt.min() <= 1  # every patch fits every row here, so the deck is dealt round
    again = plan_paste(rows, lambda row: SPOT, patches, cue=1, seed=0)
    assert (plan.patch == again.patch).all()
    assert (plan.place == again.place).all()


def test_a_sample_takes_so_many_of_each_group(rows):
    plan = plan_paste(rows, lambda row: SPOT, [generate_patch(SIDE, 0)], cue=1, seed=0, splits=("test",), per_group=3)
    assert np.bincount(rows.group[plan.rows], minlength=4).tolist() == [3, 0, 3, 0]


def test_a_row_without_room_is_named(rows):
    full = {31: np.ones(SIDE, dtype=bool)}
    there = np.flatnonzero((rows.split > 0) & (rows.cue == 1))
    plan = plan_paste(rows, lambda row: full.get(row, SPOT), [generate_patch(SIDE, 1)], cue=0, seed=0)
    assert 31 in there
    assert plan.no_room.tolist() == [31]
    assert len(plan) == len(there) - 1


def test_what_cannot_be_made_says_why(rows):
    patch = [generate_patch(SIDE, 0)]
    with pytest.raises(NotAvailable, match="no patch"):
        plan_paste(rows, lambda row: SPOT, [], cue=1, seed=0)
    with pytest.raises(NotAvailable, match="shows the cue already"):
        plan_paste(rows.take(rows.cue == 1), lambda row: SPOT, patch, cue=1, seed=0)
    with pytest.raises(InputError, match="0 to 1"):
        plan_paste(rows, lambda row: SPOT, patch, cue=2, seed=0)
