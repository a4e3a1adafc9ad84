"""Datasets hold images or embeddings, never both and never neither."""

from pathlib import Path

import numpy as np
import pytest

from hindmost.core.dataset import Dataset, Images, Preprocessing
from hindmost.core.errors import InputError


def images(n):
    names = np.array([f"{i}.png" for i in range(n)])
    return Images(Path("."), names, names, names, np.arange(n) % 2 == 0, names, names)


def test_exactly_one_of_images_and_embeddings(make_rows):
    rows, X = make_rows([0], [0]), np.ones((1, 2), np.float32)
    assert Dataset("d", rows, X=X).images is None
    assert Dataset("d", rows, images=images(1)).X is None
    for given in ({}, {"images": images(1), "X": X}):
        with pytest.raises(InputError, match="exactly one"):
            Dataset("d", rows, **given)


def test_taking_images_takes_every_column():
    taken = images(4).take(np.array([False, True, True, False]))
    assert taken.files.tolist() == taken.twins.tolist() == taken.controls.tolist() == ["1.png", "2.png"]
    assert taken.poor_mask.tolist() == [False, True]


@pytest.mark.parametrize("crop", [0, 300])
def test_a_crop_fits_into_the_resize(crop):
    assert Preprocessing(256, 224).squash
    with pytest.raises(InputError, match=r"crop must lie in 1\.\.resize"):
        Preprocessing(256, crop)
