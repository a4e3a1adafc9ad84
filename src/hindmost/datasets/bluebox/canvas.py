"""Drawing primitives: coverage masks, smooth noise and blending on float pictures of 0..255.

Positions and lengths are fractions of the picture's side, x to the right and y downwards.
"""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Plane: TypeAlias = NDArray[np.float32]  # (size, size), or (size, size, 3) for a picture
Points: TypeAlias = NDArray[np.float64]  # (n, 2)

OVERSAMPLE = 2  # edges are drawn this much finer, then averaged


def fill(size: int, solids: Iterable[Points], holes: Iterable[Points] = ()) -> Plane:
    """Share of each pixel that the solids cover and the holes do not, in [0, 1]."""
    sheet = Image.new("L", (size * OVERSAMPLE,) * 2)
    pen = ImageDraw.Draw(sheet)
    for polygons, ink in ((solids, 255), (holes, 0)):
        for points in polygons:
            pen.polygon((points * size * OVERSAMPLE).ravel().tolist(), fill=ink)
    return to_plane(sheet.reduce(OVERSAMPLE))


def stroke(size: int, points: Points, width: float) -> Plane:
    """Share of each pixel under a line of the given width through the points, in [0, 1]."""
    sheet = Image.new("L", (size * OVERSAMPLE,) * 2)
    thickness = max(1, round(width * size * OVERSAMPLE))
    path = (points * size * OVERSAMPLE).ravel().tolist()
    ImageDraw.Draw(sheet).line(path, fill=255, width=thickness, joint="curve")
    return to_plane(sheet.reduce(OVERSAMPLE))


def blur(plane: Plane, radius: float) -> Plane:
    """A mask in [0, 1] averaged over squares of half-width ``radius`` (a fraction of the side)."""
    sheet = Image.fromarray((plane * 255).astype(np.uint8))
    return to_plane(sheet.filter(ImageFilter.BoxBlur(radius * plane.shape[0])))


def smooth_noise(rng: np.random.Generator, size: int, rows: int, columns: int) -> Plane:
    """Standard normal values on a coarse grid of rows x columns, interpolated to all pixels."""
    coarse = Image.fromarray(rng.standard_normal((rows, columns), dtype=np.float32))
    return np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC))


def blend(picture: Plane, paint: Plane, mask: Plane) -> Plane:
    """The picture, with paint (a colour or a picture) laid over it where the mask is 1."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return picture
    band = slice(rows[0], rows[-1] + 1)  # most masks are low: the other rows cost nothing
    mixed = picture.copy()
    mixed[band] += mask[band, :, None] * (np.broadcast_to(paint, picture.shape)[band] - picture[band])
    return mixed


def darken(picture: Plane, mask: Plane, share: float) -> Plane:
    """The picture with ``share`` of its light taken away where the mask is 1."""
    return picture * (1 - np.float32(share) * mask)[..., None]


def colour(*channels: float) -> Plane:
    """A colour of 0..255 that broadcasts over a picture."""
    return np.array(channels, dtype=np.float32)


def turned(points: Points, angle: float) -> Points:
    """The points rotated about the origin by angle (radians)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def to_plane(sheet: Image.Image) -> Plane:
    """An 8-bit grey image as numbers in [0, 1]."""
    return np.asarray(sheet, dtype=np.float32) / np.float32(255)
