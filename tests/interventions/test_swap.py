"""The object keeps its pixels, the ground comes from the other picture, both arms lose as much."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.interventions.alone import GREY, core_only, ground_only, region_only
from hindmost.interventions.fill import FILLINGS
from hindmost.interventions.frame import grow
from hindmost.interventions.swap import Cut, swap_background, swap_pair


@pytest.mark.parametrize("filling", list(FILLINGS))
def test_object_and_ground_come_from_where_they_should(make_cut, filling):
    cut, other = make_cut(seed=0), make_cut(seed=1, at=(0.4, 0.8), colour=(0, 250, 0))
    found = swap_background(cut.image, cut.core, other.image, other.core, filling=filling)
    inside = ~grow(~cut.core, 1)
    assert (found[inside] == cut.image[inside]).all()
    untouched = ~cut.core & ~grow(other.core, 3)
    assert (found[untouched] == other.image[untouched]).all()
    green = found[other.core & ~cut.core].astype(int)
    assert (green[:, 1] - green[:, 0]).max() < 150  # the other object (250 above) is gone


def test_the_rim_brings_no_old_ground(make_cut):
    """On a white ground with a black one around the object, no pixel may be darker than the object's red."""
    cut = make_cut(colour=(250, 250, 250))
    black = Cut(np.where(cut.core[..., None], cut.image, 0).astype(np.uint8), cut.core)
    white = np.full_like(cut.image, 255)
    found = swap_background(black.image, black.core, white, np.zeros_like(cut.core), feather=2)
    assert found.min() >= 250


def test_both_arms_have_the_same_holes(make_cut):
    cut = make_cut(at=(0.5, 0.2), radius=0.15)
    one = make_cut(seed=1, at=(0.5, 0.5), radius=0.15, colour=(0, 250, 0))
    two = make_cut(seed=2, at=(0.5, 0.8), radius=0.15, colour=(0, 0, 250))
    pair = swap_pair(cut, one, two)
    for arm, donor in ((pair.treated, one), (pair.control, two)):
        changed = (arm != donor.image).any(axis=2) & ~grow(cut.core, 1)
        for hole in (one.core, two.core):
            assert changed[hole].mean() > 0.9  # a filled pixel may be right by chance
        assert not changed[~grow(one.core | two.core, 3)].any()


def test_the_same_donor_twice_gives_the_same_picture_twice(make_cut):
    cut, donor = make_cut(seed=0), make_cut(seed=1, at=(0.3, 0.7))
    pair = swap_pair(cut, donor, donor)
    assert (pair.treated == pair.control).all()


def test_sizes_may_differ(make_cut):
    cut, other = make_cut(size=(60, 90)), make_cut(seed=1, size=(120, 70))
    found = swap_background(cut.image, cut.core, other.image, other.core)
    assert found.shape == cut.image.shape
    red_of_other = (found == (250, 0, 0)).all(axis=2) & ~cut.core
    assert not red_of_other.any()


def test_each_half_alone(make_cut):
    cut = make_cut()
    core, ground = core_only(cut.image, cut.core), ground_only(cut.image, cut.core)
    assert (core[~cut.core] == GREY).all()
    assert (core[~grow(~cut.core, 1)] == (250, 0, 0)).all()
    assert not (ground == (250, 0, 0)).all(axis=2).any()
    assert (region_only(cut.image, cut.core) == core).all()


def test_a_mask_of_another_size_is_refused(make_cut):
    with pytest.raises(InputError, match="core is bool"):
        Cut(make_cut().image, np.zeros((3, 3), dtype=bool))
