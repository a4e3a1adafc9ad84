"""Pasting: only the patch changes, never on the object; the control has the same shape and edge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.interventions.ellipse import Ellipse
from hindmost.interventions.frame import grow
from hindmost.interventions.paste import free_places, neutralised, paste_pair, placed
from hindmost.interventions.patches import Patch, generate_patch

SHAPE = (96, 96)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.floats(20, 76), st.floats(20, 76), st.floats(5, 30))
def test_a_free_place_leaves_the_object_alone(seed, row, column, radius):
    core, patch = Ellipse(row, column, radius, radius, 0).mask(SHAPE), generate_patch(SHAPE, seed)
    ground = np.full((*SHAPE, 3), 100, dtype=np.uint8)
    free = free_places(patch, core)
    for place in range(4):
        laid = placed(patch, SHAPE, place)
        touches = bool((laid.mask & grow(core, 4)).any())
        assert touches == (place not in free)
        if not touches:
            pair = paste_pair(ground, laid)
            assert (pair.treated[core] == 100).all()
            assert (pair.treated[~laid.mask] == 100).all()


def test_mirrored_twice_is_as_seen():
    patch = generate_patch((80, 60), 3)
    for place in range(4):
        again = placed(placed(patch, (80, 60), place), (80, 60), place)
        assert (again.mask == patch.mask).all()
        assert (again.image == patch.image).all()
    with pytest.raises(InputError, match="0 to 3"):
        placed(patch, (80, 60), 4)


def test_a_patch_at_the_edge_stays_there_in_another_frame():
    patch = generate_patch((100, 100), 4)
    for size in ((100, 160), (160, 100)):
        laid = placed(patch, size, 0)
        assert laid.mask[:, [0, -1]].any()
        assert laid.mask.mean() == pytest.approx(patch.mask.mean(), abs=0.01)


@pytest.mark.parametrize("neutral", ["grey", "skin"])
def test_the_control_changes_the_same_pixels_without_the_colour(skin, neutral):
    image, patch = skin(), generate_patch((128, 128), 5)
    pair = paste_pair(image, patch, neutral=neutral)
    for arm in (pair.treated, pair.control):
        assert (arm[~patch.mask] == image[~patch.mask]).all()
    inside = ~grow(~patch.mask, 1)
    colours = pair.control[inside].astype(int)
    if neutral == "grey":
        assert (np.ptp(colours, axis=1) == 0).all()
    else:
        assert np.abs(np.median(colours, axis=0) - np.median(image.reshape(-1, 3), axis=0)).max() < 12  # shading
    assert np.ptp(pair.treated[inside].astype(int), axis=1).mean() > 20  # before: the patch is coloured


def test_grey_keeps_the_luminance():
    image = np.zeros((4, 4, 3), dtype=np.uint8)
    image[..., 0] = 200
    patch = Patch(image, np.ones((4, 4), dtype=bool), 1.0, "x")
    grey = neutralised(patch, image, patch.mask, "grey")
    assert (grey.image == round(0.299 * 200)).all()
    black = Patch(np.zeros_like(image), patch.mask, 1.0, "x")
    assert (neutralised(black, image, ~patch.mask, "skin").image == 0).all()  # no ground, no light: no NaN
