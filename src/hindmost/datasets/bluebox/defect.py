"""The shape of a defect on its part: the damaged pixels, their relief and the stain around."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hindmost.datasets.bluebox.canvas import Plane, Points, blur, fill, stroke, turned
from hindmost.datasets.bluebox.scene import Defect, Flaw, Part

BLEED = 0.035  # how far corrosion creeps, as a fraction of the side


@dataclass(frozen=True)
class Relief:
    """Planes of (size, size).

    ``mask`` bool: the damaged pixels; ``tone`` in [-1, 1]: from groove, dark, to lip, bright;
    ``stain`` in [0, 1]: the corrosion that bled out of the damage.
    """

    mask: np.ndarray
    tone: Plane
    stain: Plane


def carve(defect: Defect, part: Part, mask: Plane, light: float) -> Relief:
    """The defect's relief on a part with the given coverage; nothing of it leaves the part."""
    size = mask.shape[0]
    row, column = spot(mask, defect.place)
    where = np.array([column + 0.5, row + 0.5]) / size
    reach = defect.length * part.radius
    groove = FORMS[defect.flaw](defect, reach, where, size)
    groove = np.maximum(groove, 0) * mask
    towards = 0.011 * np.array([np.cos(light), np.sin(light)])
    lip = FORMS[defect.flaw](defect, reach, where - towards, size) * mask * (1 - groove)
    damaged = groove >= 0.5
    damaged[row, column] = True
    stain = np.minimum(1.6 * blur(blur(groove, BLEED), BLEED) + groove, 1) * mask
    return Relief(damaged, 0.6 * lip - groove, stain)


def spot(mask: Plane, place: float) -> tuple[int, int]:
    """The pixel well inside the part that ``place`` in [0, 1) picks."""
    depth = blur(mask, 0.08)
    inside = np.flatnonzero((mask >= 1) & (depth >= min(0.9, float(depth.max()))))
    row, column = divmod(int(inside[int(place * len(inside))]), mask.shape[0])
    return row, column


def scratch(defect: Defect, reach: float, where: Points, size: int) -> Plane:
    """Two or three long, slightly bent lines side by side."""
    rng = np.random.default_rng(defect.seed)
    total = np.zeros((size, size), dtype=np.float32)
    for _ in range(rng.integers(2, 4)):
        bend, side = rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.12)
        path = np.array([[-0.55, side], [0.0, side + bend], [0.55, side]]) * reach
        total = np.maximum(total, stroke(size, turned(path, defect.angle) + where, 0.022))
    return total


def crack(defect: Defect, reach: float, where: Points, size: int) -> Plane:
    """A zigzag."""
    rng = np.random.default_rng(defect.seed)
    along = np.linspace(-0.55, 0.55, 8)
    path = np.stack([along, rng.uniform(-0.18, 0.18, 8)], axis=1) * reach
    return stroke(size, turned(path, defect.angle) + where, 0.034)


def dent(defect: Defect, reach: float, where: Points, size: int) -> Plane:
    """A round hollow with soft edges."""
    rng = np.random.default_rng(defect.seed)
    turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    wide, narrow = rng.uniform(0.24, 0.29), rng.uniform(0.18, 0.23)
    hollow = np.stack([wide * np.cos(turn), narrow * np.sin(turn)], axis=1) * reach
    return blur(fill(size, [turned(hollow, defect.angle) + where]), 0.012)


def chip(defect: Defect, reach: float, where: Points, size: int) -> Plane:
    """A piece broken out: a ragged polygon."""
    rng = np.random.default_rng(defect.seed)
    turn = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    radius = rng.uniform(0.18, 0.31, 9) * reach
    ragged = radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return fill(size, [ragged + where])


FORMS: dict[Flaw, Callable[[Defect, float, Points, int], Plane]] = {
    "scratch": scratch,
    "crack": crack,
    "dent": dent,
    "chip": chip,
}
