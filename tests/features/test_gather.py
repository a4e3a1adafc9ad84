"""Reading in chunks is reading at once."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.features.fill import fill
from hindmost.features.gather import chunks, gather


@pytest.mark.parametrize("size", [1, 7, 16, 100])
def test_the_whole_is_its_chunks(store, made, numbered, embedder, size):
    shelf = store.shelf(made)
    fill(numbered(range(50)), embedder(), shelf)
    contents = numbered(np.random.default_rng(0).integers(0, 50, 60)).contents  # any order, some twice
    X, logits, _ = gather(shelf, contents)
    parts = list(chunks(shelf, contents, size=size))
    np.testing.assert_array_equal(np.concatenate([part[1] for part in parts]), X)
    np.testing.assert_array_equal(np.concatenate([part[2] for part in parts]), logits)
    assert [(part.start, part.stop) for part, _, _ in parts] == [
        (start, min(start + size, 60)) for start in range(0, 60, size)
    ]


def test_what_is_not_kept(store, made, numbered, embedder):
    shelf = store.shelf(made)
    fill(numbered(range(5)), embedder(), shelf, maps_for=[1])
    with pytest.raises(InputError, match="1 of 2 maps are not in the feature cache"):
        gather(shelf, numbered(range(5)).contents, maps_for=[1, 2])
    with pytest.raises(InputError, match="1 of 6 rows"):
        list(chunks(shelf, numbered(range(6)).contents))
