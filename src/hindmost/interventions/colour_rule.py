"""A cue that is told by its colour: declared ranges of hue, saturation and value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_fill_holes, binary_opening, label

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, FloatArray
from hindmost.interventions.frame import Pixels, check_image


@dataclass(frozen=True)
class Range:
    """Hue in degrees, from ``hue[0]`` upwards to ``hue[1]`` (350 to 10 runs through 0); the others in 0..1."""

    hue: tuple[float, float]
    saturation: tuple[float, float]
    value: tuple[float, float]


@dataclass(frozen=True)
class ColourRule:
    """Colours of a cue, and the least size of a piece of it.

    Parameters
    ----------
    name : str
    ranges : tuple of Range     a pixel belongs to the cue if any range holds it
    smallest : float            share of the picture under which a piece is left out

    Raises
    ------
    InputError
        No range, or a share outside 0..1.
    """

    name: str
    ranges: tuple[Range, ...]
    smallest: float = 0.004

    def __post_init__(self) -> None:
        if not self.ranges or not 0 <= self.smallest <= 1:
            raise InputError(f"Colour rule {self.name!r} needs at least one range and a smallest share in 0..1.")


BLUE_BOX = ColourRule("blue box", (Range((195, 265), (0.45, 1), (0.2, 1)),))

# Skin and lesions have hues of 340 to 45 degrees and, where they are bright, little saturation: stickers have
# another hue, or are brighter at the same saturation than any brown.
STICKERS = ColourRule(
    "coloured stickers on skin",
    (
        Range((50, 330), (0.22, 1), (0.25, 1)),
        Range((12, 50), (0.68, 1), (0.68, 1)),
        Range((340, 12), (0.62, 1), (0.72, 1)),
    ),
)

RULES: dict[str, ColourRule] = {"blue_box": BLUE_BOX, "stickers": STICKERS}


def find_colour(image: Pixels, rule: ColourRule) -> BoolArray:
    """Pixels of a cue's colours, without specks and pieces that are too small, holes filled.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    rule : ColourRule

    Returns
    -------
    bool array, shape (h, w)
    """
    check_image(image)
    hue, saturation, value = hsv(image)
    found = np.zeros(hue.shape, dtype=np.bool_)
    for each in rule.ranges:
        found |= _between(hue, each.hue) & _within(saturation, each.saturation) & _within(value, each.value)
    solid = binary_fill_holes(binary_opening(found, iterations=1))
    pieces, count = label(solid)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.asarray((sizes >= max(1.0, rule.smallest * solid.size))[pieces])


def split_pieces(mask: BoolArray) -> list[BoolArray]:
    """Each connected piece by itself, the largest first."""
    pieces, count = label(mask)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    return [np.asarray(pieces == at + 1) for at in np.argsort(-sizes, kind="stable").tolist()]


def hsv(image: Pixels) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hue in degrees (0 for greys), saturation and value in 0..1, each of shape (h, w)."""
    red, green, blue = (image[..., channel].astype(np.float64) / 255 for channel in range(3))
    value, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    spread = value - low
    safe = np.where(spread > 0, spread, 1.0)
    sixth = np.where(
        value == red, (green - blue) / safe, np.where(value == green, 2 + (blue - red) / safe, 4 + (red - green) / safe)
    )
    hue = np.where(spread > 0, 60 * sixth % 360, 0.0)
    return hue, spread / np.where(value > 0, value, 1.0), value


def _between(hue: FloatArray, ends: tuple[float, float]) -> BoolArray:
    low, high = ends
    return np.asarray((hue >= low) & (hue <= high) if low <= high else (hue >= low) | (hue <= high))


def _within(values: FloatArray, ends: tuple[float, float]) -> BoolArray:
    return np.asarray((values >= ends[0]) & (values <= ends[1]))
