"""Turns a painted picture into a photograph: light, lens, sensor."""

import numpy as np
from PIL import Image, ImageFilter

from hindmost.datasets.bluebox.canvas import Plane, colour
from hindmost.datasets.bluebox.scene import Camera


def photograph(picture: Plane, camera: Camera) -> np.ndarray:
    """The picture as the camera sees it: uint8 (size, size, 3), before JPEG."""
    size = picture.shape[0]
    lit = picture * (camera.exposure * falloff(camera, size))[..., None] * tint(camera)
    sharp = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    seen = sharp.filter(ImageFilter.GaussianBlur(camera.softness * size))
    rng = np.random.default_rng(camera.noise_seed)
    grain = rng.standard_normal((size, size, 3), dtype=np.float32) * np.float32(camera.noise)
    return np.clip(np.asarray(seen, dtype=np.float32) + grain, 0, 255).astype(np.uint8)


def falloff(camera: Camera, size: int) -> Plane:
    """Brightness over the picture: highest on the side of the light."""
    away = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    towards = away[None, :] * np.cos(camera.light) + away[:, None] * np.sin(camera.light)
    return (1 + camera.falloff * towards).astype(np.float32)


def tint(camera: Camera) -> Plane:
    """White balance: warmer light has more red and less blue."""
    return colour(1 + camera.warmth, 1, 1 - camera.warmth)
