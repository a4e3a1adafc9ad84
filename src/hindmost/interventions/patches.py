"""Patches: coloured ellipses cut out of photographs, or made where none can be cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import BoolArray
from hindmost.interventions.colour_rule import STICKERS, ColourRule, find_colour, split_pieces
from hindmost.interventions.ellipse import Ellipse, fit_ellipse, overlap
from hindmost.interventions.frame import Pixels

AGREE = 0.9  # of a piece of colour and its ellipse, intersection over union
SMALL, LARGE = 0.01, 0.3  # share of the picture that a patch covers
SHRINK = 1.5  # pixels off the half axes: the rim of a patch mixes with the skin

# Colours seen on stickers of skin photographs: blue, teal, yellow, orange, red, green, violet, pale grey.
COLOURS = (
    (0, 122, 200), (104, 182, 178), (214, 206, 30), (226, 138, 42),
    (214, 34, 34), (60, 160, 40), (142, 132, 214), (184, 186, 196),
)  # fmt: skip


@dataclass(frozen=True)
class Patch:
    """A patch in the frame that it was seen in.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)    only the pixels of ``mask`` are ever used
    mask : bool array, shape (h, w)
    quality : float in 0..1                 agreement of the colour with the ellipse; 1 for a generated patch
    source : str                            id of the row it was cut from; "generated"
    """

    image: Pixels
    mask: BoolArray
    quality: float
    source: str


@dataclass(frozen=True)
class Cutting:
    """What one photograph gave: its usable patches, and why other pieces of colour were not used."""

    patches: tuple[Patch, ...]
    refused: tuple[str, ...]


def cut_patches(image: Pixels, source: str, rule: ColourRule = STICKERS) -> Cutting:
    """The patches of one photograph, each with the ellipse that fits it.

    A patch keeps its place in the frame, also where the frame cuts it.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    source : str            id of the row
    rule : ColourRule
    """
    patches, refused = [], []
    for piece in split_pieces(find_colour(image, rule)):
        ellipse = fit_ellipse(piece)
        reason = _fault(piece, ellipse)
        if reason or ellipse is None:
            refused.append(reason)
            continue
        tight = Ellipse(ellipse.row, ellipse.column, ellipse.first - SHRINK, ellipse.second - SHRINK, ellipse.angle)
        quality = overlap(piece, ellipse.mask(piece.shape))
        patches.append(Patch(image, tight.mask(piece.shape), quality, source))
    return Cutting(tuple(patches), tuple(refused))


def generate_patch(shape: tuple[int, int], seed: int) -> Patch:
    """An even ellipse of a sticker's colour at the frame's edge, faintly shaded and grained.

    Parameters
    ----------
    shape : (int, int)      height and width of the frame
    seed : int
    """
    rng = np.random.default_rng(seed)
    height, width = shape
    first, second = rng.uniform(0.14, 0.22) * width, rng.uniform(0.18, 0.27) * height
    beside = rng.uniform(0.9, 1.05) * width if rng.random() < 0.5 else rng.uniform(-0.05, 0.1) * width
    ellipse = Ellipse(rng.uniform(0.25, 0.75) * height, beside, first, second, 0.0)
    colour = np.array(COLOURS[int(rng.integers(len(COLOURS)))]) * rng.uniform(0.9, 1.1)
    rows, columns = np.indices(shape)
    light = 1 + 0.12 * (
        (rows - ellipse.row) / second * rng.uniform(-1, 1) + (columns - beside) / first * rng.uniform(-1, 1)
    )
    grain = rng.normal(0, 3, (height, width, 1))
    image = np.rint(colour * light[..., None] + grain).clip(0, 255).astype(np.uint8)
    return Patch(image, ellipse.mask(shape), 1.0, "generated")


def _fault(piece: BoolArray, ellipse: Ellipse | None) -> str:
    share = piece.mean()
    if not SMALL <= share <= LARGE:
        return f"a piece of {share:.1%} of the picture, expected {SMALL:.0%} to {LARGE:.0%}"
    if (
        ellipse is None
        or max(ellipse.first, ellipse.second) > max(piece.shape)
        or min(ellipse.first, ellipse.second) < 4
    ):
        return "no ellipse fits"
    agreement = overlap(piece, ellipse.mask(piece.shape))
    return "" if agreement >= AGREE else f"an ellipse fits by {agreement:.0%} only, expected {AGREE:.0%}"
