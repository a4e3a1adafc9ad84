"""Geometry: scaling that covers, masks carried along, edges that fall inwards."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hindmost.core.errors import InputError
from hindmost.interventions.frame import blend, check_mask, cover, cover_mask, fit_mask, grow, soft_edge

sides = st.integers(8, 60)


@settings(max_examples=40, deadline=None)
@given(sides, sides, sides, sides)
def test_covering_keeps_the_aspect_and_the_middle(height, width, high, wide):
    """Oracle: cut the largest centred part of the frame's aspect by hand, then resize it."""
    rows, columns = np.mgrid[0:height, 0:width]
    image = np.stack([rows * 4, columns * 4, rows + columns], axis=2).astype(np.uint8)
    found = cover(image, (high, wide))
    scale = min(height / high, width / wide)
    top, left = (height - high * scale) / 2, (width - wide * scale) / 2
    picture = Image.fromarray(image).crop((round(left), round(top), round(width - left), round(height - top)))
    by_hand = np.asarray(picture.resize((wide, high), Image.Resampling.BILINEAR)).astype(int)
    assert found.shape == (high, wide, 3)
    inner = (slice(high // 4, -(high // 4)), slice(wide // 4, -(wide // 4)))
    # Whole pixels against fractions of one: a pixel of the ramp is 4 grey values, and enlarging moves by under two.
    assert np.abs(found.astype(int) - by_hand)[inner].max(initial=0) <= 8


def test_a_mask_goes_the_way_of_its_picture(make_disc):
    mask = make_disc((40, 90), 18, 50, 12)
    image = np.repeat(mask[..., None] * np.uint8(255), 3, axis=2)
    assert (cover_mask(mask, (64, 64)) == (cover(image, (64, 64))[..., 0] >= 128)).mean() > 0.99  # filters differ
    assert cover_mask(mask, mask.shape) is mask
    assert fit_mask(mask, (80, 180)).mean() == pytest.approx(mask.mean(), abs=0.01)


@pytest.mark.parametrize("width", [0, 1, 2])
def test_the_edge_falls_inwards_only(make_disc, width):
    mask = make_disc((50, 50), 25, 25, 14)
    alpha = soft_edge(mask, width)
    assert (alpha[~mask] == 0).all()
    assert alpha[mask].min() == pytest.approx(1 / (width + 1))
    inside = ~grow(~mask, width)
    assert (alpha[inside] == 1).all()
    assert ((alpha == 1).sum() == mask.sum()) == (width == 0)


def test_where_the_frame_cuts_nothing_falls():
    mask = np.zeros((20, 20), dtype=bool)
    mask[:, 10:] = True
    alpha = soft_edge(mask, 2)
    assert (alpha[:, 12:] == 1).all()
    np.testing.assert_allclose(alpha[:, 10], 1 / 3)


def test_blending_is_a_mean_by_share():
    below, above = np.zeros((1, 3, 3), dtype=np.uint8), np.full((1, 3, 3), 200, dtype=np.uint8)
    alpha = np.array([[0, 0.5, 1]], dtype=np.float32)
    assert blend(below, above, alpha)[0, :, 0].tolist() == [0, 100, 200]


def test_wrong_shapes_are_named():
    image = np.zeros((4, 5, 3), dtype=np.uint8)
    with pytest.raises(InputError, match="hole is bool of shape"):
        check_mask("hole", np.zeros((5, 4), dtype=bool), image)
    with pytest.raises(InputError, match="uint8 of shape"):
        cover(image.astype(float), (2, 2))
    with pytest.raises(InputError, match="0, 1 or 2 pixels"):
        soft_edge(np.ones((3, 3), dtype=bool), 3)
