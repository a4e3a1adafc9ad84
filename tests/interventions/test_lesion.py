"""The estimate of a lesion: where it is, and never nothing."""

import numpy as np
import pytest

from hindmost.interventions.ellipse import overlap
from hindmost.interventions.lesion import estimate_lesion, otsu


def test_a_dark_spot_is_found(skin, make_disc):
    found = estimate_lesion(skin())
    assert overlap(found, make_disc((128, 128), 64, 64, 0.13 * 128)) > 0.75  # the evidence is smoothed before the cut


def test_dark_corners_are_no_lesion(skin, make_disc):
    image = skin()
    image[~make_disc((128, 128), 64, 64, 66)] = 0
    assert overlap(estimate_lesion(image), make_disc((128, 128), 64, 64, 0.13 * 128)) > 0.7


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_even_picture_gives_a_disc_in_the_middle(value):
    found = estimate_lesion(np.full((60, 80, 3), value, dtype=np.uint8))
    assert found[30, 40]
    assert 0.05 < found.mean() < 0.2


def test_otsu_agrees_with_trying_every_threshold():
    values = np.concatenate([np.random.default_rng(0).normal(0, 1, 500), np.random.default_rng(1).normal(6, 1, 200)])
    counts, edges = np.histogram(values, bins=64)
    centres = (edges[:-1] + edges[1:]) / 2
    within = []
    for cut in range(1, 64):
        parts = [(counts[:cut], centres[:cut]), (counts[cut:], centres[cut:])]
        within.append(sum((n * (x - (n * x).sum() / max(n.sum(), 1)) ** 2).sum() for n, x in parts))
    assert otsu(values) == pytest.approx(edges[1 + int(np.argmin(within))])
    assert otsu(np.zeros(5)) == 0
