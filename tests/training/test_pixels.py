"""Squares of pixels: in order, decoded once while they fit in memory."""

import collections

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.training.pixels import PixelSource

SIDE = 4
BATCHES = [np.array([3, 1]), np.array([2]), np.array([0, 3, 1])]


class Loader:
    def __init__(self):
        self.count = collections.Counter()

    def __call__(self, row):
        self.count[row] += 1
        return np.full((SIDE, SIDE, 3), row, np.uint8)


def test_in_order_and_decoded_once():
    load = Loader()
    with PixelSource(load, SIDE) as source:
        list(source.stream(BATCHES))
        streamed = list(source.stream(BATCHES))
    assert [batch[:, 0, 0, 0].tolist() for batch in streamed] == [[3, 1], [2], [0, 3, 1]]
    assert load.count[2] == load.count[0] == 1


def test_beyond_the_budget_rows_are_decoded_again():
    load = Loader()
    with PixelSource(load, SIDE, threads=1, budget=2 * SIDE * SIDE * 3) as source:
        for _ in range(2):
            streamed = list(source.stream(BATCHES))
    assert [batch[:, 0, 0, 0].tolist() for batch in streamed] == [[3, 1], [2], [0, 3, 1]]
    assert (load.count[3], load.count[1], load.count[2]) == (1, 1, 2)


def test_nothing_to_stream():
    with PixelSource(Loader(), SIDE) as source:
        assert list(source.stream([])) == []


def test_another_shape():
    with PixelSource(Loader(), 5) as source, pytest.raises(InputError, match="squares of 5 x 5 x 3, but row 3"):
        list(source.stream(BATCHES))
