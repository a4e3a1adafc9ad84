"""Laws of a rendered scene, on pixels before JPEG."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from hindmost.datasets.bluebox.render import Picture, render
from hindmost.datasets.bluebox.scene import Scene, draw

SIZE = 96
NUMBERS = range(24)  # enough for each shape, flaw, finish and bench


def scene(number: int, *, defective: bool = True, with_box: bool = True) -> tuple[Scene, Scene]:
    return draw(np.random.SeedSequence(number), defective=defective, with_box=with_box)


def shoot(shown: Scene, *, contrast: float = 0.6, entangled: bool = False) -> Picture:
    return render(shown, size=SIZE, defect_contrast=contrast, entangled=entangled)


def core_of(mask: np.ndarray) -> np.ndarray:
    """The mask without its rim, where blur mixes part and ground."""
    return np.asarray(Image.fromarray(mask.astype(np.uint8)).filter(ImageFilter.MinFilter(5))) > 0


def difference(one: Picture, other: Picture) -> np.ndarray:
    return np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max(axis=2)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_twin_differs_only_outside_the_part(number: int) -> None:
    shown, _ = scene(number)
    picture, twin = shoot(shown), shoot(shown.twin())
    np.testing.assert_array_equal(picture.part, twin.part)
    assert difference(picture, twin)[core_of(picture.part)].max() == 0
    assert difference(picture, twin)[picture.box].mean() > 30  # the before half: the box does change the rest


@pytest.mark.parametrize("number", NUMBERS)
def test_a_control_keeps_part_and_cue_and_changes_the_rest(number: int) -> None:
    for with_box in (False, True):
        shown, redrawn = scene(number, with_box=with_box)
        picture, control = shoot(shown), shoot(redrawn)
        assert redrawn.with_box == with_box
        assert control.box.any() == with_box
        assert difference(picture, control)[core_of(picture.part)].max() == 0
        assert difference(picture, control)[~picture.part].mean() > 2
        assert redrawn.surroundings.bench == shown.surroundings.bench


@pytest.mark.parametrize("number", NUMBERS)
def test_masks_are_where_they_should_be(number: int) -> None:
    bad, good = shoot(scene(number)[0]), shoot(scene(number, defective=False, with_box=False)[0])
    assert 0.05 < bad.part.mean() < 0.6
    assert bad.defect.any()
    assert not (bad.defect & ~bad.part).any()
    assert bad.defect.sum() < 0.5 * bad.part.sum()
    assert not (bad.box & bad.part).any()
    assert not good.defect.any()
    assert not good.box.any()


@pytest.mark.parametrize("number", NUMBERS)
def test_the_box_mask_covers_what_is_blue(number: int) -> None:
    shown, _ = scene(number)
    assert blue(shoot(shown))[shoot(shown).box].mean() > 0.7  # clutter lies on the rest
    assert blue(shoot(shown))[~shoot(shown).box].mean() < 0.15  # a blurred edge, and grain in cold light
    assert blue(shoot(shown.twin())).mean() < 0.05


def blue(picture: Picture) -> np.ndarray:
    red, green, blue = np.moveaxis(picture.pixels.astype(int), 2, 0)
    return (blue > red + 30) & (blue > green + 15)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_defect_alone_tells_the_classes_apart(number: int) -> None:
    bad, good = shoot(scene(number)[0]), shoot(scene(number, defective=False)[0])
    changed = difference(bad, good)
    assert changed[bad.defect].mean() > 15
    assert changed[~bad.part & (core_of(~bad.part))].max() == 0


def test_more_contrast_shows_more() -> None:
    good = shoot(scene(3, defective=False)[0])
    steps = [difference(shoot(scene(3)[0], contrast=c), good).sum() for c in (0.1, 0.4, 0.9)]
    assert steps[0] < steps[1] < steps[2]


def test_entangled_turns_the_look_of_a_mark_over_with_the_box() -> None:
    """A defect in the box looks as a harmless mark does without it, and the other way round."""
    for number in NUMBERS:
        looks = {
            (defective, box): shoot(scene(number, defective=defective, with_box=box)[0], entangled=True)
            for defective in (False, True)
            for box in (False, True)
        }
        inside = core_of(looks[True, True].part)
        for box in (False, True):
            assert difference(looks[True, box], looks[False, not box])[inside].max() == 0
            assert difference(looks[True, box], looks[False, box])[inside].max() > 30
            assert not looks[False, box].defect.any()
            assert looks[True, box].defect.any()


@pytest.mark.parametrize("size", [32, 200])
def test_small_and_large_pictures_keep_their_masks(size: int) -> None:
    for number in NUMBERS:
        picture = render(scene(number)[0], size=size, defect_contrast=0.6, entangled=False)
        assert picture.pixels.shape == (size, size, 3)
        assert picture.defect.any()
        assert not (picture.defect & ~picture.part).any()
