"""Outlines of the parts: polygons around the origin, about 1 in radius."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hindmost.datasets.bluebox.canvas import Points
from hindmost.datasets.bluebox.scene import Shape


@dataclass(frozen=True)
class Outline:
    """A solid, the holes that go through it, and the blind bores that only darken it."""

    solid: Points
    holes: tuple[Points, ...] = ()
    bores: tuple[Points, ...] = ()


def outline(shape: Shape, rng: np.random.Generator) -> Outline:
    """One specimen of a shape, with proportions of its own."""
    return OUTLINES[shape](rng)


def circle(radius: float, x: float = 0.0, y: float = 0.0, corners: int = 40) -> Points:
    """A regular polygon; with many corners, a circle."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)


def rounded(width: float, height: float, corner: float) -> Points:
    """A rectangle of half-sizes width and height with rounded corners."""
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False) + 1e-6
    arc = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return corner * arc + np.sign(arc) * np.array([width - corner, height - corner])


def disc(rng: np.random.Generator) -> Outline:
    """A turned disc with a ring of small bores."""
    count = int(rng.integers(3, 7))
    spots = circle(0.72, corners=count)
    return Outline(circle(1.0), bores=tuple(circle(0.09, x, y, 14) for x, y in spots))


def ring(rng: np.random.Generator) -> Outline:
    """A flat ring."""
    return Outline(circle(1.0), holes=(circle(rng.uniform(0.28, 0.42)),))


def nut(rng: np.random.Generator) -> Outline:
    """A hexagon with a hole."""
    return Outline(circle(1.05, corners=6), holes=(circle(rng.uniform(0.26, 0.4)),))


def plate(rng: np.random.Generator) -> Outline:
    """A rectangular plate with a bore in each corner."""
    width, height = rng.uniform(0.9, 1.1), rng.uniform(0.62, 0.85)
    spots = [(sx * (width - 0.2), sy * (height - 0.2)) for sx in (-1, 1) for sy in (-1, 1)]
    bores = tuple(circle(0.09, x, y, 14) for x, y in spots)
    return Outline(rounded(width, height, 0.15), bores=bores)


def bracket(rng: np.random.Generator) -> Outline:
    """An L with a hole near each end."""
    arm = rng.uniform(0.75, 0.95)
    corners = [(-0.9, -0.9), (-0.9 + arm, -0.9), (-0.9 + arm, 0.9 - arm), (0.9, 0.9 - arm)]
    solid = np.array([*corners, (0.9, 0.9), (-0.9, 0.9)])
    ends = ((-0.9 + arm / 2, -0.65), (0.65, 0.9 - arm / 2))
    return Outline(solid, bores=tuple(circle(0.1, x, y, 14) for x, y in ends))


def gear(rng: np.random.Generator) -> Outline:
    """A toothed wheel."""
    teeth = int(rng.integers(9, 15))
    turn = np.linspace(0, 2 * np.pi, 4 * teeth, endpoint=False)
    radius = np.where(np.arange(4 * teeth) % 4 < 2, 1.05, 0.86)
    solid = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    return Outline(solid, holes=(circle(rng.uniform(0.16, 0.26)),))


OUTLINES: dict[Shape, Callable[[np.random.Generator], Outline]] = {
    "disc": disc,
    "ring": ring,
    "nut": nut,
    "plate": plate,
    "bracket": bracket,
    "gear": gear,
}
