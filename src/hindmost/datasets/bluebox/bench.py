"""Paints the bench and what lies about on it."""

from functools import lru_cache

import numpy as np

from hindmost.datasets.bluebox.canvas import Plane, blend, colour, fill, smooth_noise, stroke, turned
from hindmost.datasets.bluebox.scene import Surroundings
from hindmost.datasets.bluebox.shapes import circle, rounded

GROUNDS = {
    "wood": colour(164, 156, 138),
    "concrete": colour(150, 146, 138),
    "rubber": colour(74, 78, 70),
    "steel": colour(172, 172, 168),
    "conveyor": colour(98, 92, 86),
}
INKS = (
    colour(58, 54, 50),
    colour(150, 150, 146),
    colour(206, 176, 66),
    colour(92, 128, 78),
    colour(226, 222, 210),
)


@lru_cache(maxsize=4)  # a scene and its twin share the bench
def paint_bench(surroundings: Surroundings, size: int) -> Plane:
    """An empty bench of the given kind: picture of 0..255."""
    rng = np.random.default_rng(surroundings.bench_seed)
    texture = TEXTURES[surroundings.bench](rng, size)
    patches = smooth_noise(rng, size, 4, 4)
    light = surroundings.tone * (1 + 0.07 * texture + 0.05 * patches)
    return GROUNDS[surroundings.bench] * light[..., None].astype(np.float32)


def wood(rng: np.random.Generator, size: int) -> Plane:
    """Long grain, across or along, and the joint of two boards."""
    grain = smooth_noise(rng, size, size // 3, 4) + 0.8 * smooth_noise(rng, size, 14, 2)
    grain[int(rng.integers(size))] -= 4
    return grain if rng.uniform() < 0.5 else grain.T


def concrete(rng: np.random.Generator, size: int) -> Plane:
    """Fine grit on slow stains."""
    return 0.7 * smooth_noise(rng, size, size // 2, size // 2) + 0.9 * smooth_noise(rng, size, 9, 9)


def rubber(rng: np.random.Generator, size: int) -> Plane:
    """A mat with a regular grid of studs."""
    step, start = rng.uniform(0.06, 0.1), rng.uniform(0, 1, 2)
    wave = np.cos(2 * np.pi * (np.arange(size)[:, None] / size / step + start))  # (size, 2)
    return (3 * (wave[:, :1] * wave[:, 1:].T > 0.45)).astype(np.float32) + smooth_noise(rng, size, size // 3, size // 3)


def steel(rng: np.random.Generator, size: int) -> Plane:
    """A brushed sheet: short, fine, parallel lines."""
    lines = smooth_noise(rng, size, size // 2, 8)
    return 0.7 * (lines if rng.uniform() < 0.5 else lines.T)


def conveyor(rng: np.random.Generator, size: int) -> Plane:
    """A belt with ribs."""
    step, start = rng.uniform(0.1, 0.2), rng.uniform()
    ribs = np.cos(2 * np.pi * (np.arange(size) / size / step + start)).astype(np.float32)
    rough = 0.6 * smooth_noise(rng, size, size // 2, size // 2)
    return 1.6 * ribs[:, None] ** 3 + rough


TEXTURES = {
    "wood": wood,
    "concrete": concrete,
    "rubber": rubber,
    "steel": steel,
    "conveyor": conveyor,
}


def strew(picture: Plane, surroundings: Surroundings) -> Plane:
    """Screws, washers, tools and scraps anywhere on the picture, each with a shadow."""
    rng = np.random.default_rng(surroundings.clutter_seed)
    size = picture.shape[0]
    for _ in range(surroundings.clutter):
        item = [rod, washer, scrap][rng.integers(3)]
        where, turn = rng.uniform(0, 1, 2), rng.uniform(0, 2 * np.pi)
        ink = INKS[rng.integers(len(INKS))] * np.float32(rng.uniform(0.8, 1.1))
        length = rng.uniform(0.7, 1.3)
        picture = blend(picture, picture * np.float32(0.55), item(where + 0.012, turn, length, size))
        picture = blend(picture, ink, item(where, turn, length, size))
    return picture


def rod(where: np.ndarray, turn: float, length: float, size: int) -> Plane:
    """A pen or a screw."""
    ends = turned(np.array([[-0.13, 0.0], [0.13, 0.0]]) * length, turn) + where
    return stroke(size, ends, 0.028)


def washer(where: np.ndarray, turn: float, length: float, size: int) -> Plane:
    """A small ring."""
    return fill(size, [circle(0.05 * length) + where], [circle(0.022 * length) + where])


def scrap(where: np.ndarray, turn: float, length: float, size: int) -> Plane:
    """A piece of paper or cloth."""
    return fill(size, [turned(rounded(0.09 * length, 0.06, 0.01), turn) + where])
