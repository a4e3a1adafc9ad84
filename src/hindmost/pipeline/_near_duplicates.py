"""Step: rows of different splits that show nearly the same picture."""

from __future__ import annotations

import numpy as np

from hindmost.core.features import Features
from hindmost.core.near_duplicates import NearDuplicates
from hindmost.core.rows import BoolArray, IntArray
from hindmost.datasets.small_grey import small_greys
from hindmost.evals.near_duplicates import near_duplicates
from hindmost.pipeline._data import Input
from hindmost.pipeline.options import Talk


def search_near_duplicates(given: Input, features: Features, seed: int, talk: Talk) -> NearDuplicates | None:
    """Compare the splits by features, and by pixels where the input holds images."""
    images, hashes = given.dataset.images, given.hashes
    if images is None:
        return near_duplicates(features.rows, features.X, None, seed=seed)

    def greys(positions: IntArray) -> np.ndarray:
        return small_greys([images.root / str(images.files[i]) for i in positions], progress=talk.progress)

    def same_file(pairs: IntArray) -> BoolArray:
        assert hashes is not None
        return np.asarray(hashes[pairs[:, 0]] == hashes[pairs[:, 1]])

    return near_duplicates(features.rows, features.X, greys, same_file=same_file, seed=seed)
