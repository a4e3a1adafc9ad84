"""Generated pictures: no real photograph is needed to test surgery on pixels."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hindmost.interventions.ellipse import Ellipse
from hindmost.interventions.swap import Cut


def ground(seed: int, size: tuple[int, int] = (64, 80)) -> np.ndarray:
    """Smooth coloured noise, uint8 (h, w, 3)."""
    noise = np.random.default_rng(seed).normal(size=(*size, 3))
    smooth = gaussian_filter(noise, (4, 4, 0))
    return (120 + 60 * smooth / np.abs(smooth).max()).astype(np.uint8)


def disc(size: tuple[int, int], row: float, column: float, radius: float) -> np.ndarray:
    """A disc as a mask, bool (h, w)."""
    return Ellipse(row, column, radius, radius, 0.0).mask(size)


@pytest.fixture
def make_ground() -> Callable[..., np.ndarray]:
    return ground


@pytest.fixture
def make_disc() -> Callable[..., np.ndarray]:
    return disc


@pytest.fixture
def make_cut() -> Callable[..., Cut]:
    """A disc of one colour on coloured noise."""

    def make(seed=0, size=(64, 80), at=(0.5, 0.5), radius=0.2, colour=(250, 0, 0)) -> Cut:
        mask = disc(size, at[0] * size[0], at[1] * size[1], radius * min(size))
        image = ground(seed, size)
        image[mask] = colour
        return Cut(image, mask)

    return make


@pytest.fixture
def skin() -> Callable[..., np.ndarray]:
    """Skin with a brown lesion in the middle and, if asked for, a blue sticker that the frame cuts."""

    def make(seed=0, size=(128, 128), *, sticker=None) -> np.ndarray:
        rng = np.random.default_rng(seed)
        image = np.array([205, 165, 140]) + rng.normal(0, 3, (*size, 3))
        lesion = disc(size, size[0] / 2, size[1] / 2, 0.13 * size[0])
        image[lesion] = np.array([110, 66, 40]) + rng.normal(0, 3, (int(lesion.sum()), 3))
        if sticker is not None:
            image[sticker.mask(size)] = (10, 120, 205)
        return image.clip(0, 255).astype(np.uint8)

    return make
