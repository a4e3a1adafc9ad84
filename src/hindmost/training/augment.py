"""Random crop and mirror of training images; centre crop of the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_PAD = 16  # where the square has nothing to spare for a crop, it is padded by side / 16


def random_view(images: Pixels, crop: int, rng: np.random.Generator) -> Pixels:
    """One random crop a image, mirrored half of the time.

    Parameters
    ----------
    images : uint8 array, shape (n, side, side, 3)
    crop : int, <= side     where equal, the edges are repeated outwards first, by side / 16

    Returns
    -------
    uint8 array, shape (n, crop, crop, 3)
    """
    if images.shape[1] == crop:
        pad = max(1, crop // _PAD)
        images = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")
    spare = images.shape[1] - crop + 1
    offsets = rng.integers(0, spare, size=(len(images), 2))
    mirrored = rng.random(len(images)) < 0.5
    views = np.stack([_crop(image, offset, crop) for image, offset in zip(images, offsets, strict=True)])
    views[mirrored] = views[mirrored, :, ::-1]
    return views


def centre_view(images: Pixels, crop: int) -> Pixels:
    """The centre ``crop`` x ``crop`` of each image."""
    edge = (images.shape[1] - crop) // 2
    return images[:, edge : edge + crop, edge : edge + crop]


def _crop(image: Pixels, offset: NDArray[np.int64], crop: int) -> Pixels:
    top, left = offset
    return image[top : top + crop, left : left + crop]
