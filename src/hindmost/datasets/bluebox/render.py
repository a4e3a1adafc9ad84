"""Composes a scene into pixels and masks."""

from dataclasses import dataclass

import numpy as np

from hindmost.datasets.bluebox.bench import paint_bench, strew
from hindmost.datasets.bluebox.box import paint_box
from hindmost.datasets.bluebox.camera import photograph
from hindmost.datasets.bluebox.canvas import Plane, blend, darken
from hindmost.datasets.bluebox.corrosion import corrode, look_of
from hindmost.datasets.bluebox.defect import carve
from hindmost.datasets.bluebox.part import cast_shadow, paint_part
from hindmost.datasets.bluebox.scene import Scene


@dataclass(frozen=True)
class Picture:
    """A photograph and what is where on it.

    Parameters
    ----------
    pixels : uint8 (size, size, 3)   before JPEG
    part : bool (size, size)         the core region
    defect : bool (size, size)       inside part; empty on a good part
    box : bool (size, size)          what is visible of the box; empty without a box
    """

    pixels: np.ndarray
    part: np.ndarray
    defect: np.ndarray
    box: np.ndarray


def render(scene: Scene, *, size: int, defect_contrast: float, entangled: bool) -> Picture:
    """The picture of a scene; a pure function of its arguments."""
    light = scene.camera.light
    painted = paint_part(scene.part, light, size)
    solid = painted.mask >= 0.5
    nowhere = np.zeros_like(solid)
    picture, box = paint_ground(scene, size)
    surface, damaged = painted.surface, nowhere
    if scene.defective or entangled:
        relief = carve(scene.defect, scene.part, painted.mask, light)
        look = look_of(scene, entangled=entangled)
        surface = corrode(painted.surface, relief, look, defect_contrast)
        damaged = relief.mask & solid if scene.defective else nowhere
    picture = blend(picture, surface, painted.mask)
    return Picture(photograph(picture, scene.camera), solid, damaged, (box >= 0.5) & ~solid)


def paint_ground(scene: Scene, size: int) -> tuple[Plane, Plane]:
    """Bench, box, clutter and the part's shadow; and the box's coverage."""
    around, light = scene.surroundings, scene.camera.light
    picture, box = paint_bench(around, size), np.zeros((size, size), dtype=np.float32)
    if scene.with_box:
        picture, box = paint_box(picture, around.box, scene.part, light)
    picture = strew(picture, around)
    return darken(picture, cast_shadow(scene.part, light, size), 0.55), box
