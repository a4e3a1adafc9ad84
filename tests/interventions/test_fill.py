"""Fillings: the equation they solve, and what must not come back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.interventions._harmonic import harmonic
from hindmost.interventions._texture import texture
from hindmost.interventions.fill import FILLINGS, MARGIN, fill_hole
from hindmost.interventions.frame import grow


def by_dense_algebra(values, hole):
    """Oracle: one dense system, built by a loop over pixels."""
    places = list(zip(*np.nonzero(hole)))
    number = {place: k for k, place in enumerate(places)}
    A, b = np.zeros((len(places),) * 2), np.zeros((len(places), values.shape[2]))
    for k, (row, column) in enumerate(places):
        for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= near[0] < hole.shape[0] and 0 <= near[1] < hole.shape[1]:
                A[k, k] += 1
                if near in number:
                    A[k, number[near]] -= 1
                else:
                    b[k] += values[near]
    filled = values.astype(float)
    filled[hole] = np.linalg.solve(A, b)
    return filled


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_harmonic_filling_solves_its_equation(height, width, seed):
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 255, (height, width, 2)).astype(np.float32)
    hole = rng.random((height, width)) < 0.6
    hole[0, 0] = False
    found = harmonic(values, hole)
    # float32 in, float64 inside, and a pull of 1e-7 towards the mean.
    np.testing.assert_allclose(found, by_dense_algebra(values, hole), atol=0.01)
    assert (found[~hole] == values[~hole]).all()
    assert found.min() >= values[~hole].min() - 0.01  # the maximum principle
    assert found.max() <= values[~hole].max() + 0.01


def test_a_plane_comes_back_also_through_a_large_hole():
    """Planes are harmonic. The hole is above the size that is solved exactly."""
    rows, columns = np.mgrid[0:150, 0:150]
    plane = (0.6 * rows + 0.8 * columns)[..., None].astype(np.float32)
    hole = np.zeros((150, 150), dtype=bool)
    hole[20:130, 30:120] = True
    found = harmonic(np.where(hole[..., None], 0, plane).astype(np.float32), hole)
    assert hole.sum() > 5_000
    assert np.abs(found - plane).max() < 4  # a few grey values, as the docstring says


def test_pixels_outside_are_neither_read_nor_filled():
    values = np.full((9, 9, 1), 50, dtype=np.float32)
    outside = np.zeros((9, 9), dtype=bool)
    outside[:, 6:] = True
    values[outside] = 255
    hole = np.zeros((9, 9), dtype=bool)
    hole[2:7, 2:6] = True
    assert harmonic(values, hole, outside)[hole] == pytest.approx(50, abs=0.01)
    assert harmonic(values, hole)[hole].max() > 60  # before: they bleed in
    walled = np.zeros((9, 9), dtype=bool)
    walled[4, 4] = True
    ring = grow(walled, 1) & ~walled
    assert harmonic(values, walled, ring | outside)[4, 4] == pytest.approx(50, abs=0.01)  # touches nothing: the mean


def stripes():
    columns = np.arange(96)
    line = np.where(columns // 4 % 2, 200, 40)
    return np.repeat(np.repeat(line[None, :, None], 96, axis=0), 3, axis=2).astype(np.uint8)


def test_texture_restores_a_pattern_that_the_others_lose(make_disc):
    image, hole = stripes(), make_disc((96, 96), 48, 40, 13)
    damaged = np.where(hole[..., None], 0, image).astype(np.uint8)
    errors = {
        name: np.abs(fill_hole(damaged, hole, name).astype(int) - image)[hole].mean()
        for name in ("texture", "harmonic", "mean")
    }
    assert errors["texture"] < 1
    assert min(errors["harmonic"], errors["mean"]) > 40


@pytest.mark.parametrize("filling", list(FILLINGS))
def test_barred_pixels_are_not_read(make_disc, filling):
    """An object within the hole, as a part in its box: its light must not spread into the ground."""
    image = np.full((128, 128, 3), 60, dtype=np.uint8)
    hole, thing = make_disc((128, 128), 64, 64, 45), make_disc((128, 128), 64, 64, 20)
    image[hole], image[thing] = (20, 60, 200), (255, 255, 255)
    found = fill_hole(image, hole, filling, barred=thing)
    assert (found[thing] == 255).all()
    assert np.abs(found[~thing].astype(int) - 60).max() <= 2  # rounding, and two scales of a large hole


def test_barred_pixels_are_not_copied(make_disc):
    """A flat ground, a hole and one object: the only other thing in the picture must not appear twice."""
    image = np.full((80, 80, 3), 120, dtype=np.uint8)
    thing, hole = make_disc((80, 80), 20, 20, 12), make_disc((80, 80), 50, 50, 14)
    image[thing] = (20, 200, 20)
    found = fill_hole(image, hole, "texture", barred=thing)
    assert (np.abs(found.astype(int) - 120)[grow(hole, 2)] <= 2).all()  # rounding


@pytest.mark.parametrize("filling", list(FILLINGS))
def test_only_the_hole_and_its_margin_change(filling, make_cut):
    cut = make_cut(seed=1)
    found = fill_hole(cut.image, cut.core, filling)
    far = ~grow(cut.core, MARGIN)
    assert (found[far] == cut.image[far]).all()
    assert (found[cut.core] != (250, 0, 0)).any(axis=1).all()
    nothing = np.zeros_like(cut.core)
    assert fill_hole(cut.image, nothing, filling) is cut.image
    all_gone = fill_hole(cut.image, ~nothing, filling)
    assert np.ptp(all_gone) == 0  # nothing is left to fill from: one even colour


@pytest.mark.parametrize("filling", list(FILLINGS))
def test_hidden_pixels_stay_and_do_not_bleed(filling, make_cut):
    cut = make_cut(seed=2)
    hidden = np.zeros_like(cut.core)
    hidden[:, :40] = True
    found = fill_hole(cut.image, cut.core, filling, hidden=hidden)
    assert (found[hidden] == cut.image[hidden]).all()
    red = found[cut.core & ~hidden].astype(int)
    assert red[:, 0].max() < 235  # the object's 250 is not the rim of its own filling


def test_the_same_picture_is_filled_the_same_way(make_cut):
    cut = make_cut(seed=3)
    hole = cut.core
    nothing = np.zeros_like(hole)
    values = cut.image.astype(np.float32)
    assert (texture(values, hole, nothing) == texture(values, hole, nothing)).all()


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(FILLINGS)),
    st.integers(1, 90),
    st.integers(1, 90),
    st.tuples(*[st.sampled_from([0.0, 0.02, 0.5, 0.98, 1.0])] * 3),
    st.integers(0, 2**32 - 1),
)
def test_any_masks_give_a_picture(filling, height, width, shares, seed):
    """No warning, no NaN turned into a colour, nothing changed that should stay; also where nothing is left to read."""
    rng = np.random.default_rng(seed)
    image = rng.integers(100, 200, (height, width, 3), dtype=np.uint8)
    hole, hidden, barred = (rng.random((height, width)) < share for share in shares)
    found = fill_hole(image, hole, filling, hidden=hidden, barred=barred)
    stays = ~grow(hole, MARGIN) | hidden | barred
    assert (found[stays] == image[stays]).all()
    if (stays & ~barred).any() and filling != "texture" and not (hidden & grow(hole, MARGIN)).any():
        assert found.min() >= 99  # within the values that were read; a copy's membrane may leave them
