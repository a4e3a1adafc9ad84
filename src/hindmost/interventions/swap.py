"""The object of one picture on the ground of another."""

from __future__ import annotations

from dataclasses import dataclass

from hindmost.core.rows import BoolArray
from hindmost.interventions.fill import DEFAULT, Filling, fill_hole
from hindmost.interventions.frame import FEATHER, Pixels, blend, check_mask, cover, cover_mask, soft_edge


@dataclass(frozen=True)
class Cut:
    """A picture and where its object is.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    core : bool array, shape (h, w)     the object; empty: a ground without one

    Raises
    ------
    InputError
        Shapes or types do not fit.
    """

    image: Pixels
    core: BoolArray

    def __post_init__(self) -> None:
        check_mask("core", self.core, self.image)

    def covering(self, size: tuple[int, int]) -> Cut:
        """The same, brought to another frame (height, width) by ``cover``."""
        return Cut(cover(self.image, size), cover_mask(self.core, size))


@dataclass(frozen=True)
class Pair:
    """A treated picture and its control, both uint8 of shape (h, w, 3)."""

    treated: Pixels
    control: Pixels


def swap_background(
    image: Pixels,
    core: BoolArray,
    other: Pixels,
    other_core: BoolArray,
    *,
    filling: Filling = DEFAULT,
    feather: int = FEATHER,
) -> Pixels:
    """The object on the other picture's ground, with the other object's hole filled.

    The object keeps its pixels and its place; the other picture is scaled and cropped to cover the frame.

    Parameters
    ----------
    image, other : uint8 arrays, shape (h, w, 3)     sizes may differ
    core, other_core : bool arrays, shape (h, w)     each of its image's size
    filling : str           see ``fill_hole``
    feather : int in 0..2   width of the object's soft edge in pixels

    Returns
    -------
    uint8 array, shape (h, w, 3), of the size of ``image``
    """
    ground = Cut(other, other_core).covering(image.shape[:2])
    return on_ground(Cut(image, core), ground.image, ground.core, filling=filling, feather=feather)


def swap_pair(cut: Cut, swap: Cut, control: Cut, *, filling: Filling = DEFAULT, feather: int = FEATHER) -> Pair:
    """Swap and control with the same surgery: both grounds get both donors' holes.

    A donor's ground lacks what its own object covered. Filling only that would leave the two arms with
    holes of different size and shape, and a hole's shape can tell the class of the object that was there.
    So the union of the two donors' holes is filled in both grounds; object, place, edge, scaling and filling
    are the same in both arms, and what differs is the ground alone.

    Parameters
    ----------
    cut : Cut           the object
    swap : Cut          a picture with another cue
    control : Cut       another picture with the same cue
    filling, feather    as for ``swap_background``
    """
    size = cut.image.shape[:2]
    grounds = [donor.covering(size) for donor in (swap, control)]
    holes = grounds[0].core | grounds[1].core
    treated, neutral = (on_ground(cut, each.image, holes, filling=filling, feather=feather) for each in grounds)
    return Pair(treated, neutral)


def on_ground(cut: Cut, ground: Pixels, hole: BoolArray, *, filling: Filling, feather: int) -> Pixels:
    """The object over a ground of the same size whose hole is filled first."""
    alpha = soft_edge(cut.core, feather)
    return blend(fill_hole(ground, hole, filling, hidden=alpha == 1), cut.image, alpha)
