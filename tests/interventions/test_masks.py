"""Which masks can carry an object."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.interventions.masks import THUMB, keep_largest, look_at, thumbnail


def test_faults_are_named(make_disc):
    good, empty = make_disc((80, 80), 40, 40, 16), np.zeros((80, 80), dtype=bool)
    two = make_disc((80, 80), 20, 20, 10) | make_disc((80, 80), 60, 60, 10)
    faults = [look_at(mask).fault for mask in (good, empty, ~empty, make_disc((80, 80), 40, 40, 2), two)]
    assert faults[0] == ""
    assert [word in fault for word, fault in zip(("empty", "over", "under", "in pieces"), faults[1:])] == [True] * 4
    assert look_at(two).in_one == pytest.approx(0.5)


def test_the_largest_piece_is_kept(make_disc):
    large, small = make_disc((80, 80), 30, 30, 14), make_disc((80, 80), 65, 65, 8)
    assert (keep_largest(large | small) == large).all()
    assert not keep_largest(np.zeros((5, 5), dtype=bool)).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(64, 140), st.integers(64, 140), st.integers(0, 2**32 - 1))
def test_a_small_mask_holds_the_share_of_each_cell(height, width, seed):
    mask = np.random.default_rng(seed).random((height, width)) < 0.4
    found = thumbnail(mask)
    rows, columns = (np.linspace(0, size, THUMB + 1).round().astype(int) for size in mask.shape)
    for i, j in ((0, 0), (10, 50), (63, 63)):
        assert found[i, j] == pytest.approx(mask[rows[i] : rows[i + 1], columns[j] : columns[j + 1]].mean())
