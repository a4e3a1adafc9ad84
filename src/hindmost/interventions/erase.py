"""A cue taken out of a picture, and as much taken out somewhere else."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import BoolArray
from hindmost.interventions.fill import DEFAULT, Filling, fill_hole
from hindmost.interventions.frame import Pixels, check_mask, grow
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.swap import Pair

_STEP = 8  # pixels between the places that are tried
TOUCH = 0.1  # share of the moved region that may lie on cue or core


def erase_region(
    image: Pixels, region: BoolArray, *, filling: Filling = DEFAULT, core: BoolArray | None = None
) -> Pixels:
    """The picture with a region filled, shape (h, w, 3).

    Of the object (``core``) nothing is copied or read. It stays, but for its outermost pixel where it touches the
    region: there it is mixed with what is erased.
    """
    return fill_hole(image, region, filling, barred=None if core is None else ~grow(~core, 1))


def erase_pair(
    image: Pixels, cue: BoolArray, core: BoolArray, rng: np.random.Generator, *, filling: Filling = DEFAULT
) -> Pair:
    """The picture without its cue, and the picture with a region of the same shape filled elsewhere.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    cue : bool array, shape (h, w)
    core : bool array, shape (h, w)     the object, which the control leaves alone and no filling copies
    rng : numpy Generator       draws the place of the control
    filling : str               see ``fill_hole``

    Raises
    ------
    NotAvailable
        There is no cue to erase, or no place for the control.
    """
    check_mask("cue", cue, image)
    check_mask("core", core, image)
    elsewhere = moved(cue, cue | core, rng)
    return Pair(
        erase_region(image, cue, filling=filling, core=core),
        erase_region(image, elsewhere, filling=filling, core=cue | core),
    )


def moved(region: BoolArray, taken: BoolArray, rng: np.random.Generator) -> BoolArray:
    """The region shifted, all within the frame, to a random place that is free, but for a tenth of it at most.

    Raises
    ------
    NotAvailable
        The region is empty, or no place is free.
    """
    rows, columns = np.nonzero(region)
    if not len(rows):
        raise NotAvailable("there is no cue to erase; name its mask, or a colour rule that finds it")
    height, width = region.shape
    downs = np.arange(-rows.min(), height - rows.max(), _STEP)
    rights = np.arange(-columns.min(), width - columns.max(), _STEP)
    summed = np.array([[taken[rows + down, columns + right].mean() for right in rights] for down in downs])
    free = np.argwhere(summed <= TOUCH)
    if not len(free):
        raise NotAvailable("no place outside cue and core is as large as the cue, so erasing it has no control")
    down, right = free[int(rng.integers(len(free)))]
    shifted = np.zeros_like(region)
    shifted[rows + downs[down], columns + rights[right]] = True
    return shifted
