"""What is put where something was taken out of a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from hindmost.core.rows import BoolArray
from hindmost.interventions._harmonic import Values, harmonic
from hindmost.interventions._texture import texture
from hindmost.interventions.frame import Pixels, check_mask, grow

Filling = Literal["mean", "harmonic", "texture"]

DEFAULT: Filling = "texture"
MARGIN = 3  # pixels around a hole that are filled too: an edge bleeds into its neighbours, most of all in JPEG


def fill_hole(
    image: Pixels,
    hole: BoolArray,
    filling: Filling = DEFAULT,
    *,
    hidden: BoolArray | None = None,
    barred: BoolArray | None = None,
) -> Pixels:
    """The picture without what lay in the hole.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    hole : bool array, shape (h, w)     empty: the picture comes back as it is
    filling : str       "mean": the mean colour of all that is left; "harmonic": the smoothest filling from
                        the rim; "texture": another part of the same picture, fitted to the rim
    hidden : bool array, shape (h, w)   pixels that something will be laid over: not filled, to save the time
    barred : bool array, shape (h, w)   pixels that stay and are neither copied nor read, such as an object beside or
                                        within the hole

    Returns
    -------
    uint8 array, shape (h, w, 3); more than ``MARGIN`` pixels from the hole the pixels that came

    Raises
    ------
    InputError
        Shapes or types do not fit.
    """
    check_mask("hole", hole, image)
    grown = grow(hole, MARGIN)
    outside = np.zeros_like(grown) if barred is None else barred
    outside = outside if hidden is None else outside | (grown & hidden)
    open_part = grown & ~outside
    if not open_part.any():
        return image
    filled = FILLINGS[filling](image.astype(np.float32), open_part, outside)
    return np.where(open_part[..., None], np.rint(filled).clip(0, 255), image).astype(np.uint8)


def mean_colour(values: Values, hole: BoolArray, outside: BoolArray) -> Values:
    """The hole in the mean colour of all that is left; mid grey where nothing is left."""
    left = ~hole & ~outside
    colour = values[left].mean(axis=0) if left.any() else np.full(values.shape[2], 127.5)
    return np.where(hole[..., None], colour, values).astype(np.float32)


FILLINGS: dict[Filling, Callable[[Values, BoolArray, BoolArray], Values]] = {
    "mean": mean_colour,
    "harmonic": harmonic,
    "texture": texture,
}
