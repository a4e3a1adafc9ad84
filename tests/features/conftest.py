"""A tiny network that can be worked out by hand, and photographs that are numbers."""

import hashlib

import numpy as np
import pytest

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.features import Embedded
from hindmost.features.digests import digests
from hindmost.features.made import Made
from hindmost.features.photographs import Photographs
from hindmost.features.store import FeatureStore

SIDE, CELLS = 8, 2


def image_of(number):
    return np.random.default_rng(number).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


class Embedder:
    """A linear "network": maps are 2 x 2 block means of the channels; counts its calls."""

    def __init__(self, fail_at=None, logits=True, shift=False):
        self.calls, self.shapes, self.asked = 0, set(), []
        self.fail_at, self.logits, self.shift = fail_at, logits, shift

    def __call__(self, batch, *, maps=False):
        self.calls += 1
        self.shapes.add(batch.shape)
        self.asked.append(maps)
        if self.calls == self.fail_at:
            raise KeyboardInterrupt
        n, half = len(batch), SIDE // CELLS
        cells = batch.reshape(n, CELLS, half, CELLS, half, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2)
        cells = cells.astype(np.float32)  # (n, d, h, w)
        X = cells.mean(axis=(2, 3)) + (np.float32(len(batch)) if self.shift else 0)
        logits = X[:, :2] - X[:, 1:] if self.logits else None
        return Embedded(X, logits, cells if maps else None)


@pytest.fixture
def image():
    return image_of


@pytest.fixture
def embedder():
    return Embedder


@pytest.fixture
def loop():
    """The features of some numbered images, one image at a time."""
    return lambda numbers: np.concatenate([Embedder()(image_of(number)[None]).X for number in numbers])


@pytest.fixture
def numbered():
    """Photographs whose contents are these numbers; ``bad`` ones cannot be loaded."""

    def make(numbers, bad=()):
        numbers = list(numbers)

        def load(position):
            if numbers[position] in bad:
                raise InputError(f"image {numbers[position]} is gone")
            return image_of(numbers[position])

        return Photographs(load, digests([hashlib.sha256(str(number).encode()).hexdigest() for number in numbers]))

    return make


@pytest.fixture
def made():
    return Made("w" * 64, Preprocessing(8, 8), {"runtime": "by hand", "threads": 1}, batch=4)


@pytest.fixture
def store(tmp_path):
    return FeatureStore(tmp_path / "cache")


@pytest.fixture
def content():
    """Name and bytes of every file under a folder."""
    return lambda folder: {p.name: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
