"""Maps of the margin: their mean is the margin, and one worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.core.head import Head, margins, runner_up
from hindmost.evals.cam import margin_maps


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(1, 5))
def test_spatial_mean_plus_intercepts_is_the_margin(seed, c, n):
    rng = np.random.default_rng(seed)
    maps = rng.normal(size=(n, 6, 3, 5)).astype(np.float32)
    heads = [Head(rng.normal(size=(c, 6)), rng.normal(size=c)) for _ in range(3)]
    X = maps.astype(np.float64).mean(axis=(2, 3))
    y = rng.integers(c, size=n)
    rival = runner_up(heads[0].logits(X), y)  # the baseline's, frozen for all heads
    found = margin_maps(maps, heads, y, rival)
    assert found.shape == (3, n, 3, 5)
    assert found.dtype == np.float64
    for head, evidence in zip(heads, found):
        total = evidence.mean(axis=(1, 2)) + head.intercept[y] - head.intercept[rival]
        assert total == pytest.approx(margins(head.logits(X), y, rival), abs=1e-12)


def test_four_by_four_by_hand():
    corner, rows = np.zeros((4, 4)), np.zeros((4, 4))
    corner[0, 0], rows[2:] = 4, 1
    head = Head(np.array([[1.0, 0.5], [3.0, 0.0]]), np.array([0.0, 0.25]))
    evidence = margin_maps(np.stack([corner, rows])[None].astype(np.float32), [head], np.array([1]), np.array([0]))
    # Margin weights are 2 for the corner channel and -0.5 for the lower half.
    by_hand = [[8, 0, 0, 0], [0, 0, 0, 0], [-0.5, -0.5, -0.5, -0.5], [-0.5, -0.5, -0.5, -0.5]]
    assert evidence[0, 0].tolist() == by_hand
    assert evidence.mean() + 0.25 == 0.5  # (8 - 4) / 16 + 0.25
    swapped = margin_maps(np.stack([corner, rows])[None].astype(np.float32), [head], np.array([0]), np.array([1]))
    assert (swapped == -evidence).all()


def test_chunks_change_nothing():
    rng = np.random.default_rng(0)
    maps, head = rng.normal(size=(300, 2, 2, 2)).astype(np.float32), Head.from_binary(rng.normal(size=2), np.zeros(1))
    y = rng.integers(2, size=300)
    whole = margin_maps(maps, [head], y, 1 - y)[0]
    assert whole[250:260] == pytest.approx(margin_maps(maps[250:260], [head], y[250:260], 1 - y[250:260])[0])
    assert whole == pytest.approx(np.einsum("nk,nkhw->nhw", head.coef[y] - head.coef[1 - y], maps))


def test_no_rows_and_wrong_shapes():
    head, none = Head.from_binary(np.ones(2), np.zeros(1)), np.array([], dtype=np.int64)
    assert margin_maps(np.zeros((0, 2, 3, 3), np.float32), [head], none, none).shape == (1, 0, 3, 3)
    with pytest.raises(InputError, match="3 channels"):
        margin_maps(np.zeros((0, 3, 3, 3), np.float32), [head], none, none)
    with pytest.raises(InputError, match="rows, channels"):
        margin_maps(np.zeros((2, 3), np.float32), [head], none, none)
