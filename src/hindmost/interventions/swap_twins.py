"""The twins of a plan, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray
from hindmost.interventions.fill import DEFAULT, Filling
from hindmost.interventions.frame import Pixels, fit_mask
from hindmost.interventions.plan_swap import SwapPlan
from hindmost.interventions.swap import Cut, Pair, swap_pair


def swap_twins(
    plan: SwapPlan,
    read_image: Callable[[int], Pixels],
    read_core: Callable[[int], BoolArray | None],
    *,
    filling: Filling = DEFAULT,
) -> Iterator[Pair]:
    """Treated picture and control of every row of a plan, in its order; each of its row's own size.

    Parameters
    ----------
    plan : SwapPlan
    read_image : callable   the photograph of a row by its position, uint8 (h, w, 3)
    read_core : callable    its core mask, bool, of the photograph's size or a scaling of it
    filling : str           see ``fill_hole``

    Raises
    ------
    InputError
        A row of the plan has no mask.
    """
    for row, swap, control in zip(plan.rows.tolist(), plan.swap.tolist(), plan.control.tolist(), strict=True):
        cut, donor, neutral = (read_cut(each, read_image, read_core) for each in (row, swap, control))
        yield swap_pair(cut, donor, neutral, filling=filling)


def read_cut(row: int, read_image: Callable[[int], Pixels], read_core: Callable[[int], BoolArray | None]) -> Cut:
    """Photograph and mask of one row."""
    image, mask = read_image(row), read_core(row)
    if mask is None:
        raise InputError(f"Row {row} has no core mask. Pass the reader that the plan was made with.")
    return Cut(image, fit_mask(mask, (image.shape[0], image.shape[1])))
