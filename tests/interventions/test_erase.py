"""Erasing: the cue goes, and as much goes elsewhere in the control."""

import numpy as np
import pytest

from hindmost.interventions.ellipse import Ellipse
from hindmost.interventions.erase import TOUCH, erase_pair, erase_region, moved
from hindmost.interventions.not_available import NotAvailable

STICKER = Ellipse(40, 110, 16, 20, 0.0)


def test_the_cue_goes_and_the_lesion_stays(skin, make_disc):
    image, cue = skin(sticker=STICKER), STICKER.mask((128, 128))
    core = make_disc((128, 128), 64, 64, 18)
    pair = erase_pair(image, cue, core, np.random.default_rng(0))
    blue = lambda arm: arm[cue].astype(int)[:, 2] - arm[cue].astype(int)[:, 0]  # noqa: E731
    assert blue(pair.treated).max() < 40
    assert blue(pair.control).min() > 100
    assert (pair.treated[core & ~cue] == image[core & ~cue]).all()
    assert (pair.control != image).any()


def test_no_copy_of_the_lesion_is_put_in_its_place(skin, make_disc):
    image, cue = skin(sticker=STICKER), STICKER.mask((128, 128))
    core = make_disc((128, 128), 64, 64, 20)
    found = erase_region(image, cue, core=core)
    assert found[cue].mean(axis=1).min() > 130  # skin is about 170, the lesion about 72


@pytest.mark.parametrize("seed", range(8))
def test_the_moved_region_has_the_same_shape_and_a_free_place(make_disc, seed):
    cue, core = make_disc((96, 96), 20, 20, 12), make_disc((96, 96), 60, 60, 14)
    found = moved(cue, cue | core, np.random.default_rng(seed))
    assert found.sum() == cue.sum()
    assert (found & (cue | core)).sum() <= TOUCH * cue.sum()


def test_what_cannot_be_done_says_why(make_disc):
    nothing, everything = np.zeros((40, 40), dtype=bool), np.ones((40, 40), dtype=bool)
    with pytest.raises(NotAvailable, match="no cue to erase"):
        moved(nothing, nothing, np.random.default_rng(0))
    with pytest.raises(NotAvailable, match="no place outside"):
        moved(make_disc((40, 40), 20, 20, 8), everything, np.random.default_rng(0))
