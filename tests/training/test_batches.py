"""Batches: every row once, of nearly equal size, shuffled by seed and epoch."""

import numpy as np
import pytest

from hindmost.training.batches import in_order, shuffled


@pytest.mark.parametrize(("n", "batch"), [(2, 32), (33, 32), (1218, 32), (97, 8)])
def test_every_row_once(n, batch):
    rows = np.arange(100, 100 + n)
    batches = shuffled(rows, batch, 0, 1)
    assert sorted(np.concatenate(batches)) == rows.tolist()
    sizes = [len(part) for part in batches]
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 2
    assert len(batches) == max(1, round(n / batch))


def test_the_order_follows_seed_and_epoch():
    rows = np.arange(50)
    first = np.concatenate(shuffled(rows, 8, 0, 1))
    np.testing.assert_array_equal(first, np.concatenate(shuffled(rows, 8, 0, 1)))
    assert (first != np.concatenate(shuffled(rows, 8, 0, 2))).any()
    assert (first != np.concatenate(shuffled(rows, 8, 1, 1))).any()


def test_in_order():
    assert [part.tolist() for part in in_order(np.arange(5), 2)] == [[0, 1], [2, 3], [4]]
    assert in_order(np.arange(0), 2) == []
