"""Geometry: one picture brought to the frame of another, and the soft edge of what is laid into it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_dilation, binary_erosion

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray

Pixels = NDArray[np.uint8]
Alpha = NDArray[np.float32]
Size = tuple[int, int]

FEATHER = 1  # pixels: the outermost pixel of an object is half its own, half the new ground
_DISC = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)


def cover(image: Pixels, size: Size) -> Pixels:
    """A picture scaled until it covers ``size`` (height, width), aspect kept, the rest cropped evenly.

    As the authors of Waterbirds bring a photograph of a place to the size of a bird's.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)
    size : (int, int)       height and width

    Returns
    -------
    uint8 array, shape (height, width, 3)
    """
    check_image(image)
    if image.shape[:2] == size:
        return image
    picture = Image.fromarray(image)
    box = _crop_box(image.shape[:2], size)
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.LANCZOS, box=box), dtype=np.uint8)


def cover_mask(mask: BoolArray, size: Size) -> BoolArray:
    """A mask carried along the way of ``cover``, shape (height, width)."""
    if mask.shape == size:
        return mask
    picture = Image.fromarray(mask.astype(np.uint8) * 255)
    box = _crop_box(mask.shape, size)
    resized = picture.resize((size[1], size[0]), Image.Resampling.BILINEAR, box=box)
    return np.asarray(np.asarray(resized) >= 128)


def stretch(image: Pixels, size: Size) -> Pixels:
    """A picture brought whole to another frame (height, width), its aspect given up: an edge stays an edge."""
    check_image(image)
    if image.shape[:2] == size:
        return image
    return np.asarray(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.LANCZOS), dtype=np.uint8)


def fit_mask(mask: BoolArray, size: Size) -> BoolArray:
    """A mask carried along the way of ``stretch``, or brought to its photograph's size; shape (height, width)."""
    if mask.shape == size:
        return mask
    resized = Image.fromarray(mask.astype(np.uint8) * 255).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(np.asarray(resized) >= 128)


def soft_edge(mask: BoolArray, width: int = FEATHER) -> Alpha:
    """How far each pixel belongs to an object: 1 inside, falling to 1/(width+1) at its outermost pixels.

    The edge falls inwards only, so an object never carries a rim of the ground it was taken from. Where
    the frame cuts the object nothing falls.

    Parameters
    ----------
    mask : bool array, shape (h, w)
    width : int in 0..2     pixels

    Returns
    -------
    float32 array, shape (h, w), in 0..1
    """
    if not 0 <= width <= 2:
        raise InputError(f"A soft edge is 0, 1 or 2 pixels wide, but {width} came. Pass one of them.")
    total, shrunk = mask.astype(np.float32), mask
    for _ in range(width):
        shrunk = binary_erosion(shrunk, _DISC, border_value=1)
        total += shrunk
    return total / np.float32(width + 1)


def grow(mask: BoolArray, pixels: int) -> BoolArray:
    """A mask with ``pixels`` more on every side."""
    return mask if pixels == 0 or not mask.any() else np.asarray(binary_dilation(mask, _DISC, iterations=pixels))


def blend(below: Pixels, above: Pixels, alpha: Alpha) -> Pixels:
    """``above`` over ``below``, each pixel by its share; both uint8 (h, w, 3), rounded to the nearest value."""
    share = alpha[..., None]
    mixed = above * share + below * (np.float32(1) - share)
    return np.rint(mixed).astype(np.uint8)


def check_image(image: Pixels) -> None:
    """Raise InputError unless ``image`` is uint8 (h, w, 3)."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise InputError(f"An image must be uint8 of shape (h, w, 3), but {image.dtype} of {image.shape} came.")


def check_mask(name: str, mask: BoolArray, image: Pixels) -> None:
    """Raise InputError unless ``mask`` is bool and as large as ``image``."""
    check_image(image)
    if mask.dtype != np.bool_ or mask.shape != image.shape[:2]:
        raise InputError(
            f"{name} is {mask.dtype} of shape {mask.shape}, its image is {image.shape[:2]}. "
            "Pass a bool mask of the image's size."
        )


def _crop_box(shape: Size, size: Size) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the largest centred part that has the aspect of ``size``."""
    height, width = shape
    scale = min(height / size[0], width / size[1])
    high, wide = min(height, size[0] * scale), min(width, size[1] * scale)  # rounding must not leave the picture
    return (width - wide) / 2, (height - high) / 2, (width + wide) / 2, (height + high) / 2
