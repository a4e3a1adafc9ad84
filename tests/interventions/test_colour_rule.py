"""Colour rules: ranges, hue that runs through zero, pieces."""

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.datasets.bluebox import generate
from hindmost.datasets.open import open_input
from hindmost.interventions.colour_rule import (
    BLUE_BOX,
    RULES,
    STICKERS,
    ColourRule,
    Range,
    find_colour,
    hsv,
    split_pieces,
)
from hindmost.interventions.ellipse import overlap
from hindmost.interventions.files import read_rgb, read_share

channel = st.integers(0, 255)


@settings(max_examples=80, deadline=None)
@given(channel, channel, channel)
def test_hsv_agrees_with_the_standard_library(red, green, blue):
    found = [float(each[0, 0]) for each in hsv(np.array([[[red, green, blue]]], dtype=np.uint8))]
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    assert found == pytest.approx([360 * hue, saturation, value])


def test_a_hue_may_run_through_zero():
    red = ColourRule("red", (Range((340, 20), (0.5, 1), (0.5, 1)),), smallest=0)
    image = np.full((20, 20, 3), 128, dtype=np.uint8)
    image[4:10, 4:10], image[12:18, 12:18] = (230, 20, 20), (20, 230, 20)
    found = find_colour(image, red)
    assert found[5:9, 5:9].all()
    assert not found[11:].any()


def test_specks_go_and_holes_are_filled(make_disc):
    image = np.full((100, 100, 3), (200, 160, 140), dtype=np.uint8)
    image[make_disc((100, 100), 40, 40, 20)] = (20, 80, 200)
    image[make_disc((100, 100), 40, 40, 6)] = (240, 240, 240)
    image[80, 80] = image[90:92, 90:92] = (20, 80, 200)
    pieces = split_pieces(find_colour(image, BLUE_BOX))
    assert len(pieces) == 1
    assert pieces[0][40, 40]
    assert pieces[0].sum() == pytest.approx(np.pi * 20**2, rel=0.05)


def test_skin_and_lesion_are_no_sticker(skin):
    assert not find_colour(skin(), STICKERS).any()
    assert set(RULES) == {"blue_box", "stickers"}


def test_a_rule_without_ranges_is_refused():
    with pytest.raises(InputError, match="at least one range"):
        ColourRule("none", ())


def test_the_blue_box_is_found_where_bluebox_drew_it(tmp_path):
    folder = generate(tmp_path / "bluebox", train=8, val_per_group=1, test_per_group=6, workers=1)
    data = open_input(folder, cues=("box",))
    for row in np.flatnonzero(data.rows.mask("test")):
        images = data.images
        found = find_colour(read_rgb(folder / str(images.files[row])), BLUE_BOX)
        if images.cue_masks[row]:
            part = read_share(folder / str(images.core_masks[row])) > 0.5
            box = read_share(folder / str(images.cue_masks[row])) > 0.5
            assert overlap(found & ~part, box) > 0.8  # clutter on the box and its shaded rim have other colours
        else:
            assert not found.any()
