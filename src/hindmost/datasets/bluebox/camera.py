"""Turns a painted picture into a photograph: light, lens, sensor."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageFilter

from hindmost.datasets.bluebox.canvas import Plane, colour
from hindmost.datasets.bluebox.scene import Camera


def photograph(picture: Plane, camera: Camera) -> np.ndarray:
    """The picture as the camera sees it: uint8 (size, size, 3), before JPEG."""
    size = picture.shape[0]
    lit = picture * (camera.exposure * falloff(camera, size))[..., None] * tint(camera)
    sharp = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    seen = sharp.filter(ImageFilter.BoxBlur(camera.softness * size))
    noisy = np.asarray(seen, dtype=np.float32) + grain(camera, size)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)  # a scene, its twin and its control share the noise
def grain(camera: Camera, size: int) -> Plane:
    """Noise of the sensor, in grey values."""
    rng = np.random.default_rng(camera.noise_seed)
    return rng.standard_normal((size, size, 3), dtype=np.float32) * np.float32(camera.noise)


def falloff(camera: Camera, size: int) -> Plane:
    """Brightness over the picture: highest on the side of the light."""
    away = np.linspace(-0.5, 0.5, size, dtype=np.float32)
    towards = away[None, :] * np.cos(camera.light) + away[:, None] * np.sin(camera.light)
    return (1 + camera.falloff * towards).astype(np.float32)


def tint(camera: Camera) -> Plane:
    """White balance: warmer light has more red and less blue."""
    return colour(1 + camera.warmth, 1, 1 - camera.warmth)
