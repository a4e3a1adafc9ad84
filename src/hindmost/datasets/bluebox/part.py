"""Paints the metal part: where it is, and what its undamaged surface looks like."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hindmost.datasets.bluebox.canvas import (
    Plane,
    Points,
    blur,
    colour,
    fill,
    smooth_noise,
    turned,
)
from hindmost.datasets.bluebox.scene import Part
from hindmost.datasets.bluebox.shapes import Outline, outline

METALS = (
    colour(176, 178, 180),  # steel
    colour(206, 207, 206),  # aluminium
    colour(186, 182, 168),  # nickel
    colour(132, 132, 130),  # cast iron
)


@dataclass(frozen=True)
class Painted:
    """A part on no ground: its coverage (size, size) in [0, 1] and its colours (size, size, 3)."""

    mask: Plane
    surface: Plane


@lru_cache(maxsize=4)  # a scene, its twin and its control share the part
def paint_part(part: Part, light: float, size: int) -> Painted:
    """The undamaged part, lit from ``light``."""
    rng = np.random.default_rng(part.seed)
    form = outline(part.shape, rng)
    mask = silhouette(part, form, size)
    bores = fill(size, [placed(part, points) for points in form.bores])
    shine = 1 + 0.07 * finish(part, size, rng) + bevel(mask, light)
    metal = METALS[part.metal % len(METALS)] * np.float32(rng.uniform(0.85, 1.08))
    surface = metal * (shine * (1 - 0.65 * bores))[..., None]
    return Painted(mask, surface.astype(np.float32))


def silhouette(part: Part, form: Outline, size: int, *, shift: tuple[float, float] = (0, 0)) -> Plane:
    """Coverage of the solid without its through holes, moved by ``shift``."""
    solid = placed(part, form.solid) + shift
    return fill(size, [solid], [placed(part, hole) + shift for hole in form.holes])


def placed(part: Part, points: Points) -> Points:
    """Points of the part's own plane in the picture."""
    flat = turned(points * part.radius, part.angle) * [1.0, part.tilt]
    return flat + np.array([part.x, part.y])


def own_plane(part: Part, size: int) -> tuple[Plane, Plane]:
    """For each pixel, its coordinates (u, v) in the part's own plane: the inverse of placed."""
    centre = (np.arange(size) + 0.5) / size
    x = (centre[None, :] - part.x) / part.radius
    y = (centre[:, None] - part.y) / (part.radius * part.tilt)
    cos, sin = np.cos(part.angle), np.sin(part.angle)
    return (x * cos + y * sin).astype(np.float32), (y * cos - x * sin).astype(np.float32)


def finish(part: Part, size: int, rng: np.random.Generator) -> Plane:
    """Marks of the machining, about standard normal: they are on good parts too."""
    if part.finish == "cast":
        grain = smooth_noise(rng, size, size // 2, size // 2)
        return 0.6 * grain + 0.8 * smooth_noise(rng, size, 6, 6)
    u, v = own_plane(part, size)
    profile = rng.standard_normal(96).astype(np.float32)
    if part.finish == "brushed":
        return lines(u, profile) + 0.5 * smooth_noise(rng, size, 4, 4)
    gloss: Plane = np.cos(2 * np.arctan2(v, u) + np.float32(rng.uniform(0, 2 * np.pi)))
    return 0.6 * lines(np.hypot(u, v), profile) + 1.1 * gloss


def lines(along: Plane, profile: Plane) -> Plane:
    """A one-dimensional profile swept over the plane, ``along`` from -1.5 to 1.5."""
    index = (along + 1.5) * (len(profile) / 3)
    return profile[np.clip(index, 0, len(profile) - 1).astype(np.intp)]


def bevel(mask: Plane, light: float) -> Plane:
    """Edges towards the light are bright, edges away from it dark."""
    soft = blur(mask, 0.014)
    down, right = np.gradient(soft, axis=0), np.gradient(soft, axis=1)
    facing: Plane = right * np.float32(np.cos(light)) + down * np.float32(np.sin(light))
    return np.clip(-2.2 * facing, -0.35, 0.35)


@lru_cache(maxsize=4)
def cast_shadow(part: Part, light: float, size: int) -> Plane:
    """Where the part keeps the light from the ground, in [0, 1]."""
    form = outline(part.shape, np.random.default_rng(part.seed))
    away = (-0.03 * np.cos(light), -0.03 * np.sin(light))
    return blur(silhouette(part, form, size, shift=away), 0.02)
