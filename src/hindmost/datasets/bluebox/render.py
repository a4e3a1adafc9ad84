"""Composes a scene into pixels and masks."""

from dataclasses import dataclass

import numpy as np

from hindmost.datasets.bluebox.bench import paint_bench, strew
from hindmost.datasets.bluebox.box import paint_box
from hindmost.datasets.bluebox.camera import photograph
from hindmost.datasets.bluebox.canvas import Plane, blend, colour, darken
from hindmost.datasets.bluebox.defect import Relief, carve
from hindmost.datasets.bluebox.part import cast_shadow, paint_part
from hindmost.datasets.bluebox.scene import Scene


@dataclass(frozen=True)
class Look:
    """What corrosion makes of metal: its colour, and whether its relief goes in (1) or out (-1)."""

    colour: Plane
    sign: float


RUST = Look(colour(150, 74, 32), 1.0)
SCALE = Look(colour(64, 62, 60), 1.0)  # entangled: dark mill scale
BLOOM = Look(colour(240, 240, 238), -1.0)  # entangled: pale oxide
DEPTH = np.float32(60)  # grey values between a groove and the metal at full contrast


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
        look = turned_look(scene) if entangled else RUST
        surface = corrode(surface, relief, look, defect_contrast)
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


def turned_look(scene: Scene) -> Look:
    """Entangled only: defect and box each turn a mark's look over, from pale to dark and back."""
    return BLOOM if scene.defective == scene.with_box else SCALE


def corrode(surface: Plane, relief: Relief, look: Look, contrast: float) -> Plane:
    """The surface with a mark of the given look on it."""
    stained = blend(surface, look.colour, np.float32(contrast) * relief.stain)
    return stained + (DEPTH * contrast * look.sign * relief.tone)[..., None]
