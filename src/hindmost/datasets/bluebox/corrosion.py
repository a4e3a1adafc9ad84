"""What corrosion makes of the damaged metal: the looks of a mark, and painting one."""

from dataclasses import dataclass

import numpy as np

from hindmost.datasets.bluebox.canvas import Plane, blend, colour
from hindmost.datasets.bluebox.defect import Relief
from hindmost.datasets.bluebox.scene import Scene


@dataclass(frozen=True)
class Look:
    """``sign`` tells whether the relief goes in (1) or out (-1); ``strength`` multiplies the contrast."""

    colour: Plane
    sign: float
    strength: float


RUST = Look(colour(150, 74, 32), 1.0, 1.0)
SCALE = Look(colour(64, 62, 60), 1.0, 2.0)  # entangled: dark mill scale, stronger for want of colour
BLOOM = Look(colour(240, 240, 238), -1.0, 2.0)  # entangled: pale oxide
DEPTH = np.float32(60)  # grey values between a groove and the metal at full contrast


def look_of(scene: Scene, *, entangled: bool) -> Look:
    """Rust; entangled, defect and box each turn the look over, from pale to dark and back."""
    if not entangled:
        return RUST
    return BLOOM if scene.defective == scene.with_box else SCALE


def corrode(surface: Plane, relief: Relief, look: Look, contrast: float) -> Plane:
    """The surface with a mark of the given look on it."""
    visible = np.float32(min(1.0, look.strength * contrast))
    stained = blend(surface, look.colour, visible * relief.stain)
    return stained + (DEPTH * visible * np.float32(look.sign) * relief.tone)[..., None]
