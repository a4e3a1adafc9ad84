"""A patch laid beside the object, and a neutral thing of the same size in the same place."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray
from hindmost.interventions.frame import FEATHER, Pixels, blend, check_mask, fit_mask, grow, soft_edge, stretch
from hindmost.interventions.patches import Patch
from hindmost.interventions.swap import Pair

Neutral = Literal["grey", "skin"]

DEFAULT: Neutral = "grey"
CLEAR = 4  # pixels between patch and object
PLACES = 4  # as it was seen, and mirrored


def placed(patch: Patch, size: tuple[int, int], place: int) -> Patch:
    """The patch brought to a frame (height, width): 0 as it was seen, 1 left-right, 2 upside down, 3 both.

    The patch's frame is stretched to the new one, so a patch that the frame cut stays at the frame: nowhere else
    would it look like one.
    """
    if not 0 <= place < PLACES:
        raise InputError(f"A place is 0 to {PLACES - 1}, but {place} came. Pass one that `free_places` returned.")
    image, mask = stretch(patch.image, size), fit_mask(patch.mask, size)
    down, right = (-1 if place & 2 else 1), (-1 if place & 1 else 1)
    return replace(patch, image=image[::down, ::right], mask=mask[::down, ::right])


def free_places(patch: Patch, core: BoolArray) -> list[int]:
    """Places in which the patch leaves the object free by ``CLEAR`` pixels; may be empty."""
    keep_out = grow(core, CLEAR)
    laid = [placed(patch, core.shape, place).mask for place in range(PLACES)]
    return [place for place, mask in enumerate(laid) if mask.any() and not (mask & keep_out).any()]


def paste_patch(image: Pixels, patch: Patch, *, feather: int = FEATHER) -> Pixels:
    """The picture with a patch on it, shape (h, w, 3).

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    patch : Patch           of the same frame: see ``placed``
    feather : int in 0..2   width of the soft edge in pixels
    """
    check_mask("patch", patch.mask, image)
    return blend(image, patch.image, soft_edge(patch.mask, feather))


def paste_pair(
    image: Pixels, patch: Patch, *, neutral: Neutral = DEFAULT, feather: int = FEATHER, skin: BoolArray | None = None
) -> Pair:
    """The picture with the patch, and with a neutral thing of the same shape, place, shading and edge.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    patch : Patch           of the same frame: see ``placed``
    neutral : str           see ``neutralised``
    feather : int in 0..2
    skin : bool array, shape (h, w)     pixels whose median is the skin's colour; None: all but the patch
    """
    ground = ~patch.mask if skin is None else skin & ~patch.mask
    control = neutralised(patch, image, ground, neutral)
    return Pair(paste_patch(image, patch, feather=feather), paste_patch(image, control, feather=feather))


def neutralised(patch: Patch, image: Pixels, ground: BoolArray, neutral: Neutral) -> Patch:
    """The patch without its colour.

    "grey": each pixel in the grey of its own luminance, so edge and contrast stay as they are. A sticker can
    be grey itself, so this control may take off too much. "skin": the median colour of the ground, with the patch's own
    shading around its mean. It hardly stands out, so this control may take off too little.
    """
    luminance = patch.image.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    if neutral == "grey":
        shade = np.repeat(luminance[..., None], 3, axis=2)
    else:
        colour = np.median(image[ground], axis=0) if ground.any() else np.full(3, 127.5)
        mean = luminance[patch.mask].mean() if patch.mask.any() else 0.0
        shade = colour * (luminance / max(mean, 1.0))[..., None]
    return replace(patch, image=np.rint(shade).clip(0, 255).astype(np.uint8))
