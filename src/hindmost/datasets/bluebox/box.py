"""Paints the blue box: the cue."""

import numpy as np

from hindmost.datasets.bluebox.canvas import Plane, Points, blend, blur, colour, darken, fill, turned
from hindmost.datasets.bluebox.scene import Box, Part
from hindmost.datasets.bluebox.shapes import rounded

WALL = 0.045  # thickness of the rim
BLUES = (colour(28, 92, 196), colour(40, 60, 178), colour(30, 124, 214))


def paint_box(picture: Plane, box: Box, part: Part, light: float) -> tuple[Plane, Plane]:
    """The picture with the box on it, and the box's coverage in [0, 1]."""
    size = picture.shape[0]
    blue = shade_of(box)
    away = np.array([-0.025 * np.cos(light), -0.025 * np.sin(light)])
    outer = fill(size, [quad(box, part, 0.0)])
    inner = fill(size, [quad(box, part, WALL)])
    ground = blur(fill(size, [quad(box, part, 0.0) + away]), 0.024)
    lit_floor = blur(fill(size, [quad(box, part, WALL) + 1.6 * away]), 0.024)
    picture = darken(picture, ground, 0.5)
    picture = blend(picture, np.minimum(blue * 1.22 + 14, 255), outer)
    floor = blue * (0.62 + 0.38 * lit_floor)[..., None]
    return blend(picture, floor, inner), outer


def quad(box: Box, part: Part, inset: float) -> Points:
    """The rim's outline, moved inwards by ``inset``."""
    flat = rounded(box.width - inset, box.height - inset, 0.03)
    return turned(flat, box.angle) + np.array([part.x + box.dx, part.y + box.dy])


def shade_of(box: Box) -> Plane:
    """The box's own blue: hue in [-1, 1] runs from violet over mid to sky blue."""
    towards = BLUES[1] if box.hue < 0 else BLUES[2]
    return (BLUES[0] + np.float32(abs(box.hue)) * (towards - BLUES[0])) * np.float32(box.shade)
