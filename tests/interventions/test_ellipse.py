"""Ellipses behind pieces of masks, whole and cut by the frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.interventions.ellipse import Ellipse, fit_ellipse, overlap

SHAPE = (128, 128)


@settings(max_examples=60, deadline=None)
@given(st.floats(20, 108), st.floats(-5, 133), st.floats(18, 34), st.floats(18, 34), st.floats(0, np.pi))
def test_the_ellipse_that_drew_a_piece_is_found(row, column, first, second, angle):
    """Also where the frame shows only a part of it."""
    true = Ellipse(row, column, first, second, angle)
    piece = true.mask(SHAPE)
    if piece.sum() < 0.45 * np.pi * first * second:
        return  # too little of the rim is seen to say where the rest is
    found = fit_ellipse(piece)
    # The rim is known to a pixel, the axes are 18 or more; of a rim seen in part the fit is a little too small.
    assert overlap(found.mask(SHAPE), piece) > 0.87


def test_a_square_is_less_of_an_ellipse_than_a_disc():
    square = np.zeros(SHAPE, dtype=bool)
    square[40:90, 40:90] = True
    disc = Ellipse(64, 64, 25, 25, 0).mask(SHAPE)
    agreement = [overlap(piece, fit_ellipse(piece).mask(SHAPE)) for piece in (square, disc)]
    assert agreement[0] < 0.9 < agreement[1]


@pytest.mark.parametrize("piece", [np.zeros(SHAPE, dtype=bool), np.ones(SHAPE, dtype=bool)])
def test_without_a_rim_there_is_none(piece):
    assert fit_ellipse(piece) is None


def test_a_line_is_no_ellipse():
    line = np.zeros(SHAPE, dtype=bool)
    line[60, 20:100] = True
    assert fit_ellipse(line) is None


def test_overlap_of_nothing_is_nothing():
    nothing = np.zeros(SHAPE, dtype=bool)
    assert overlap(nothing, nothing) == 0
    assert overlap(~nothing, ~nothing) == 1
