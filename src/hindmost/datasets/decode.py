"""From a file to the pixels that a network reads, and masks carried along the same way.

Resize and crop follow torchvision on Pillow images (``Resize``, then ``CenterCrop``), antialiased.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray
from hindmost.datasets.photograph import Unreadable, allow_pixels, read_mask, read_photograph

Pixels = NDArray[np.uint8]
T = TypeVar("T")
N = TypeVar("N", bound=np.generic)

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
JPEG_QUALITY = 85


def load_square(path: Path, resize: int, *, squash: bool = True, interpolation: str = "bilinear") -> Pixels:
    """A photograph at the size before any crop, shape (height, width, 3).

    Parameters
    ----------
    path : Path
    resize : int            side in pixels
    squash : bool           True: (resize, resize); False: the shorter side becomes ``resize``, aspect kept
    interpolation : str     "bilinear" or "bicubic"

    Raises
    ------
    InputError
        The file cannot be read or decoded.
    """
    return np.array(_resize(_read(path, read_photograph), resize, squash, interpolation), dtype=np.uint8)


def load_pixels(path: Path, preprocessing: Preprocessing) -> Pixels:
    """A photograph resized and cropped, shape (crop, crop, 3).

    Raises
    ------
    InputError
        The file cannot be read or decoded.
    """
    return as_read(_read(path, read_photograph), preprocessing)


def pixels_of(content: bytes, path: Path | str, preprocessing: Preprocessing) -> Pixels:
    """The same from the bytes of a file, so that what was checked is what is read; ``path`` is for the message."""
    picture = _decoded(path, lambda: read_photograph(content))
    return as_read(picture, preprocessing)


def pixels_within(content: bytes, path: Path | str, preprocessing: Preprocessing, most: int) -> Pixels:
    """``pixels_of`` under a limit of pixels that travels along, so that it also holds on another machine."""
    allow_pixels(most)
    return pixels_of(content, path, preprocessing)


def as_read(picture: Image.Image | Pixels, preprocessing: Preprocessing) -> Pixels:
    """A decoded photograph resized and cropped, shape (crop, crop, 3)."""
    p = preprocessing
    whole = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    resized = np.array(_resize(whole, p.resize, p.squash, p.interpolation), dtype=np.uint8)
    return np.ascontiguousarray(_centre(resized, p.crop))


def mask_cells(path: Path, preprocessing: Preprocessing, cells: tuple[int, int]) -> NDArray[np.float32]:
    """Share of each map cell that a mask covers, shape ``cells``, in 0..1.

    The mask goes through the image's own resize and crop, and is then averaged over the area of each cell.

    Parameters
    ----------
    path : Path
    preprocessing : Preprocessing
    cells : (int, int)      height and width of the map

    Raises
    ------
    InputError
        The file cannot be read or decoded.
    """
    p = preprocessing
    whole = Image.fromarray(_read(path, read_mask))
    resized = np.asarray(_resize(whole, p.resize, p.squash, p.interpolation), dtype=np.float64)
    cropped = _centre(resized.clip(0, 1), p.crop)  # bicubic overshoots
    averaged: FloatArray = overlap(p.crop, cells[0]) @ cropped @ overlap(p.crop, cells[1]).T
    return np.asarray(averaged.clip(0, 1), dtype=np.float32)


def thumbnail_jpeg(path: Path, preprocessing: Preprocessing, side: int) -> bytes:
    """What the network reads, as a small JPEG without metadata.

    Parameters
    ----------
    path : Path
    preprocessing : Preprocessing
    side : int      in pixels

    Raises
    ------
    InputError
        The file cannot be read or decoded.
    """
    picture = Image.fromarray(load_pixels(path, preprocessing))
    small = picture.resize((side, side), Image.Resampling.BICUBIC)
    stream = BytesIO()
    small.save(stream, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return stream.getvalue()


def overlap(pixels: int, cells: int) -> FloatArray:
    """Averaging of ``pixels`` into ``cells`` of equal length, shape (cells, pixels), lines sum to 1.

    A pixel on the border of two cells counts for each by the length that lies inside.
    """
    edges = np.linspace(0, pixels, cells + 1)
    left = np.maximum(edges[:-1, None], np.arange(pixels)[None, :])
    right = np.minimum(edges[1:, None], np.arange(1, pixels + 1)[None, :])
    return np.asarray((right - left).clip(0) * (cells / pixels))


def _read(path: Path, decode: Callable[[bytes], T]) -> T:
    return _decoded(path, lambda: decode(path.read_bytes()))


def _decoded(path: Path | str, decode: Callable[[], T]) -> T:
    try:
        return decode()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}). Restore the file, or remove its row.") from error
    except Unreadable as error:
        raise InputError(f"{path}: {error}. Replace the file, or remove its row.") from error


def _resize(picture: Image.Image, side: int, squash: bool, interpolation: str) -> Image.Image:
    width, height = picture.size
    if squash:
        size = (side, side)
    elif width <= height:
        size = (side, int(side * height / width))
    else:
        size = (int(side * width / height), side)
    return picture.resize(size, FILTERS[interpolation])


def _centre(pixels: NDArray[N], side: int) -> NDArray[N]:
    """The centre square, rounded as torchvision's CenterCrop rounds."""
    top = round((pixels.shape[0] - side) / 2)
    left = round((pixels.shape[1] - side) / 2)
    return pixels[top : top + side, left : left + side]
