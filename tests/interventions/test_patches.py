"""Patches: cut where they are seen, refused with a reason, generated alike."""

import numpy as np

from hindmost.interventions.ellipse import Ellipse, overlap
from hindmost.interventions.patches import LARGE, SMALL, cut_patches, generate_patch

STICKER = Ellipse(50, 122, 24, 30, 0.0)


def test_a_sticker_that_the_frame_cuts_is_cut_out_in_place(skin):
    cutting = cut_patches(skin(sticker=STICKER), "row7")
    (patch,) = cutting.patches
    assert patch.source == "row7"
    assert patch.quality > 0.95
    true = STICKER.mask((128, 128))
    assert overlap(patch.mask, true) > 0.85  # its half axes are 1.5 of 24 pixels shorter on purpose
    assert not (patch.mask & ~true).any()  # so no skin comes along
    assert cutting.refused == ()


def test_nothing_is_cut_from_bare_skin(skin):
    assert cut_patches(skin(), "x").patches == ()


def test_what_is_no_patch_is_refused_with_its_reason(skin):
    image = skin()
    image[10:50, 80:120] = (10, 120, 205)
    image[100:110, 5:15] = (10, 120, 205)
    cutting = cut_patches(image, "x")
    assert cutting.patches == ()
    assert any("an ellipse fits by" in reason for reason in cutting.refused)
    assert any("of the picture" in reason for reason in cutting.refused)


def test_generated_patches_differ_by_seed_and_repeat():
    one, again, other = (generate_patch((256, 256), seed) for seed in (1, 1, 2))
    assert (one.image == again.image).all()
    assert (one.mask == again.mask).all()
    assert (one.image != other.image).any()
    shares = [generate_patch((256, 256), seed).mask.mean() for seed in range(60)]
    assert min(shares) >= SMALL
    assert max(shares) <= LARGE
    assert one.source == "generated"
    assert np.ptp(one.image[one.mask].astype(int).mean(axis=1)) > 3  # shaded, not painted flat
