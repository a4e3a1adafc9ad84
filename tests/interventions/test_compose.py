"""Composing: shares as the authors draw them, no ground twice, the object unchanged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hindmost.core.errors import InputError
from hindmost.datasets.check_images import check_images
from hindmost.datasets.open import open_input
from hindmost.interventions.compose import Cutout, compose, plan_compose
from hindmost.interventions.files import read_rgb
from hindmost.interventions.frame import grow


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=80),
    st.sampled_from([0.5, 0.8, 0.95, 1.0]),
    st.integers(0, 99),
)
def test_shares_are_those_of_the_authors(table, strength, seed):
    """Oracle: their rule, for two classes: round(share x n) rows of a class get place 1."""
    y, split = (np.array(column) for column in zip(*table))
    plan = plan_compose(y, split, [100, 100], aligned=(0, 1), seed=seed, strength=strength)
    for part in range(3):
        for label in (0, 1):
            where = (split == part) & (y == label)
            share = 0.5 if part else (strength if label else 1 - strength)
            # The two roundings of a share of n and of n minus it differ by one row where both end on a half.
            assert abs(plan.cue[where].sum() - round(share * where.sum())) <= (
                1 if share * where.sum() % 1 == 0.5 else 0
            )
    used = list(zip(plan.cue.tolist(), plan.ground.tolist()))
    assert len(set(used)) == len(used)


def test_three_cues_share_what_is_not_aligned():
    y, split = np.repeat([0, 1], 100), np.zeros(200, dtype=int)
    plan = plan_compose(y, split, [200, 200, 200], aligned=(2, 0), seed=0, strength=0.9)
    assert np.bincount(plan.cue[:100], minlength=3).tolist() == [5, 5, 90]
    assert np.bincount(plan.cue[100:], minlength=3).tolist() == [90, 5, 5]


def test_what_cannot_be_planned_is_refused():
    y, split = np.zeros(10, dtype=int), np.zeros(10, dtype=int)
    with pytest.raises(InputError, match="Cue 0 needs 10 grounds, 3 came"):
        plan_compose(y, split, [3, 30], aligned=(0, 1), seed=0, strength=1.0)
    for grounds, aligned in (([30], (0, 0)), ([30, 30], ()), ([30, 30], (5,))):
        with pytest.raises(InputError, match="aligned cue"):
            plan_compose(y, split, grounds, aligned=aligned, seed=0)


@pytest.fixture
def parts(tmp_path, make_cut, make_ground):
    """Twelve cutouts and twelve grounds of each of two cues."""
    cutouts, grounds = [], [[], []]
    for at in range(12):
        cut = make_cut(seed=at)
        image, mask = tmp_path / f"bird{at}.png", tmp_path / f"mask{at}.png"
        Image.fromarray(cut.image).save(image)
        Image.fromarray(cut.core.astype(np.uint8) * 255).save(mask)
        cutouts.append(Cutout(f"k{at % 2}/b{at}.png", image, mask, at % 2, at // 4))
        for cue in (0, 1):
            grounds[cue].append(tmp_path / f"ground{cue}_{at}.png")
            Image.fromarray(make_ground(100 * (cue + 1) + at, (50 + 5 * at, 90))).save(grounds[cue][-1])
    return cutouts, grounds


def test_a_composed_folder_is_read_back(parts, tmp_path):
    cutouts, grounds = parts
    y, split = (np.array([getattr(each, name) for each in cutouts]) for name in ("y", "split"))
    plan = plan_compose(y, split, [12, 12], aligned=(0, 1), seed=0)
    out = tmp_path / "out"
    out.mkdir()
    heard = []
    compose(out, cutouts, grounds, plan, progress=lambda stage, done, total: heard.append((stage, done, total)))
    data = check_images(open_input(out), workers=1).dataset
    assert (data.rows.y == y).all()
    assert (data.rows.cue == plan.cue).all()
    assert (data.rows.split == split).all()
    assert heard[-1] == ("compose", 12, 12)
    core = np.asarray(Image.open(out / str(data.images.core_masks[0])))
    found, bird = read_rgb(out / str(data.images.files[0])), read_rgb(cutouts[0].image)
    assert (found[core] == bird[core]).all()
    assert (found[~grow(core, 1)] != bird[~grow(core, 1)]).any(axis=1).mean() > 0.9  # two noises agree by chance


def test_two_cutouts_of_one_name_and_masks_that_do_not_fit_are_refused(parts, tmp_path):
    cutouts, grounds = parts
    plan = plan_compose(np.zeros(2, dtype=int), np.zeros(2, dtype=int), [12, 12], aligned=(0,), seed=0)
    with pytest.raises(InputError, match="same name"):
        compose(tmp_path, [cutouts[0], cutouts[0]], grounds, plan)
    wrong = Cutout("x.png", cutouts[0].image, grounds[0][3], 0, 0)
    with pytest.raises(InputError, match="mask of the picture's size"):
        compose(tmp_path, [wrong, cutouts[0]], grounds, plan)
    with pytest.raises(InputError, match="relative name"):
        compose(tmp_path, [Cutout("../x.png", wrong.image, wrong.mask, 0, 0)], grounds, plan)
