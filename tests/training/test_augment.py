"""Views: always a window of the image, mirrored half of the time, the same for the same generator."""

import numpy as np
import pytest

from hindmost.training.augment import centre_view, random_view

IMAGES = np.random.default_rng(0).integers(0, 256, (200, 12, 12, 3), dtype=np.uint8)


def windows(image, crop):
    """Every crop of an image and its mirror, as bytes."""
    spare = len(image) - crop + 1
    crops = [image[i : i + crop, j : j + crop] for i in range(spare) for j in range(spare)]
    return {view.tobytes() for crop in crops for view in (crop, crop[:, ::-1])}


def test_a_view_is_a_window():
    views = random_view(IMAGES[:20], 9, np.random.default_rng(1))
    assert views.shape == (20, 9, 9, 3)
    assert all(view.tobytes() in windows(image, 9) for view, image in zip(views, IMAGES, strict=False))


def test_nothing_to_spare_pads_with_the_edge():
    views = random_view(IMAGES[:20], 12, np.random.default_rng(1))
    padded = np.pad(IMAGES[:20], ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    assert all(view.tobytes() in windows(image, 12) for view, image in zip(views, padded, strict=True))


def test_mirrored_half_of_the_time():
    flat = np.tile(np.arange(12, dtype=np.uint8)[:, None], (200, 12, 1, 3))  # brightness grows to the right
    views = random_view(flat, 9, np.random.default_rng(2))
    share = np.mean(views[:, 0, 0, 0] > views[:, 0, -1, 0])
    assert 0.4 < share < 0.6  # 200 draws: three standard errors are 0.106


def test_same_generator_same_views_and_the_images_stay():
    before = IMAGES.copy()
    a, b = (random_view(IMAGES, 9, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(IMAGES, before)


@pytest.mark.parametrize(("crop", "edge"), [(12, 0), (8, 2), (9, 1)])
def test_centre(crop, edge):
    np.testing.assert_array_equal(centre_view(IMAGES, crop), IMAGES[:, edge : edge + crop, edge : edge + crop])
