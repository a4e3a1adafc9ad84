"""The resize and crop of each preset."""

import pytest

from hindmost.backbones.preprocessing import preprocessing_for
from hindmost.core.errors import InputError

CFG = {"input_size": (3, 224, 224), "mean": (0.5, 0.4, 0.3), "std": (0.2, 0.2, 0.2), "crop_pct": 0.875,
       "interpolation": "bicubic"}  # fmt: skip


@pytest.mark.parametrize(
    ("input_size", "longest_side", "resize", "crop"),
    [(None, None, 256, 224), (None, 256, 256, 224), (None, 128, 224, 224), (128, 128, 128, 128), (128, 256, 146, 128)],
)
def test_squash(input_size, longest_side, resize, crop):
    p = preprocessing_for(CFG, "squash", input_size, longest_side)
    assert (p.resize, p.crop, p.squash, p.interpolation) == (resize, crop, True, "bilinear")
    assert (p.mean, p.std) == (CFG["mean"], CFG["std"])


def test_timm():
    p = preprocessing_for(CFG, "timm")
    assert (p.resize, p.crop, p.squash, p.interpolation) == (256, 224, False, "bicubic")


def test_bad():
    with pytest.raises(InputError, match="'squash' or 'timm'"):
        preprocessing_for(CFG, "crop")
    with pytest.raises(InputError, match="at least 16"):
        preprocessing_for(CFG, input_size=4)


@pytest.mark.parametrize(("mode", "squash"), [("squash", True), ("center", False), (None, False)])
def test_a_network_that_squashes_says_so(mode, squash):
    cfg = {**CFG, "crop_pct": 0.9} | ({} if mode is None else {"crop_mode": mode})
    assert preprocessing_for(cfg, "timm").squash == squash


@pytest.mark.parametrize("odd", [{"interpolation": "nearest"}, {"crop_mode": "border"}])
def test_an_evaluation_that_hindmost_does_not_compute_is_refused(odd):
    with pytest.raises(InputError, match="Leave out the preset 'timm'"):
        preprocessing_for({**CFG, **odd}, "timm")
    assert preprocessing_for({**CFG, **odd}).squash
