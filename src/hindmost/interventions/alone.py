"""The object alone, and the ground alone: what a network makes of each half of a picture."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import BoolArray
from hindmost.interventions.fill import DEFAULT, Filling, fill_hole
from hindmost.interventions.frame import FEATHER, Pixels, blend, check_mask, soft_edge

GREY = 128  # near the mean of ImageNet, so that the ground says as little as a colour can


def core_only(image: Pixels, core: BoolArray, *, grey: int = GREY, feather: int = FEATHER) -> Pixels:
    """The object on an even grey, shape (h, w, 3).

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    core : bool array, shape (h, w)
    grey : int in 0..255
    feather : int in 0..2       width of the soft edge in pixels
    """
    check_mask("core", core, image)
    return blend(np.full_like(image, grey), image, soft_edge(core, feather))


def ground_only(image: Pixels, core: BoolArray, *, filling: Filling = DEFAULT) -> Pixels:
    """The ground with the object's hole filled: the cue alone where the cue is the ground. Shape (h, w, 3)."""
    return fill_hole(image, core, filling)


def region_only(image: Pixels, region: BoolArray, *, grey: int = GREY, feather: int = FEATHER) -> Pixels:
    """A cue that is a thing (a sticker, a box) on an even grey, shape (h, w, 3)."""
    return core_only(image, region, grey=grey, feather=feather)
