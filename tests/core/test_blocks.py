"""Block by block is the same as at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.blocks import blocks, by_blocks, deviations, first_not_finite
from hindmost.core.features import Features
from hindmost.core.rows import Naming, Rows


@given(st.integers(0, 40), st.integers(1, 50))
def test_blocks_cover_every_row_once_in_order(n: int, size: int) -> None:
    found = [row for part in blocks(np.empty((n, 3)), rows=size) for row in range(n)[part]]
    assert found == list(range(n))


@pytest.mark.parametrize("size", [1, 7, 64, 100])
def test_deviations(size: int) -> None:
    X = (np.random.default_rng(0).standard_normal((64, 5)) * [1, 10, 0, 1e-3, 1] + [0, 0, 3, 1e3, -5]).astype(
        np.float32
    )
    expected = X.std(axis=0, dtype=np.float64)
    np.testing.assert_allclose(deviations(X, rows=size), expected, rtol=1e-12)  # sums in another order
    np.testing.assert_array_equal(deviations(X), expected)


@given(st.integers(1, 30), st.integers(1, 9), st.data())
def test_the_first_row_that_is_not_finite(n: int, size: int, data: st.DataObject) -> None:
    X = np.zeros((n, 3), dtype=np.float32)
    assert first_not_finite(X, rows=size) is None
    rows = data.draw(st.lists(st.integers(0, n - 1), min_size=1))
    X[rows, 1] = np.inf
    assert first_not_finite(X, rows=size) == min(rows)


@pytest.mark.parametrize("axis", [0, 1])
def test_by_blocks(axis: int) -> None:
    X = np.arange(30.0).reshape(10, 3)
    work = (lambda part: part * 2) if axis == 0 else (lambda part: part.T)
    np.testing.assert_array_equal(by_blocks(work, X, axis=axis, rows=4), work(X))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=12))
def test_a_split_that_is_one_piece_is_not_copied(split: list[int]) -> None:
    n, zeros = len(split), np.zeros(len(split), dtype=np.int64)
    rows = Rows(np.arange(n).astype(str), zeros, zeros, np.array(split), Naming(("a", "b"), ("c", "d"), ("e",)))
    whole = Features(rows, np.arange(n, dtype=np.float32)[:, None])
    for name in ("train", "val", "test"):
        part, mask = whole.of(name), rows.mask(name)
        np.testing.assert_array_equal(part.X, whole.X[mask])
        assert part.rows.ids.tolist() == rows.ids[mask].tolist()
        places = np.flatnonzero(mask)
        in_one_piece = len(places) > 0 and places[-1] - places[0] + 1 == len(places)
        assert np.shares_memory(part.X, whole.X) == in_one_piece
