"""Folds, halves and choices: no cluster on both sides, no stratum missing, no absent group that wins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import EmptyStratum
from hindmost.heads._folds import repeated_folds, smallest_stratum
from hindmost.heads._strata import read_strata
from hindmost.heads._tune import _halve

COUNTS = (40, 11, 6, 3)
STRATA = np.repeat(np.arange(4), COUNTS)


@given(st.lists(st.integers(2, 30), min_size=1, max_size=5), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_every_row_is_held_out_once_and_every_stratum_is_in_both_parts(counts: list[int], seed: int) -> None:
    strata = np.repeat(np.arange(len(counts)), counts)
    groups = read_strata(strata, strata, None)
    folds = repeated_folds(groups, folds=5, repeats=2, seed=seed)
    assert len(folds) == 2 * min(5, *counts)
    held = np.bincount(np.concatenate([held_out for _, held_out in folds]), minlength=len(strata))
    assert (held == 2).all()
    for fitted_on, held_out in folds:
        assert not np.intersect1d(fitted_on, held_out).size
        assert groups.all_in(fitted_on)
        assert groups.all_in(held_out)


def test_repeats_differ_and_seeds_repeat() -> None:
    groups = read_strata(STRATA, STRATA, None)
    first, again = (repeated_folds(groups, folds=3, repeats=2, seed=4) for _ in range(2))
    for (_, a), (_, b) in zip(first, again):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0][1], first[3][1])


@pytest.mark.parametrize("seed", range(5))
def test_no_fold_splits_a_cluster(seed: int) -> None:
    cluster = np.random.default_rng(seed).integers(0, 20, len(STRATA))
    alone = read_strata(STRATA, STRATA, None)
    split = [np.intersect1d(cluster[a], cluster[b]).size for a, b in repeated_folds(alone, folds=2, repeats=1, seed=0)]
    assert any(split)  # without the ids they are split
    groups = read_strata(STRATA, STRATA, None, cluster)
    try:
        folds = repeated_folds(groups, folds=2, repeats=1, seed=seed)
    except EmptyStratum:  # large clusters may leave a stratum on one side: an error, never a fold without it
        return
    assert all(not np.intersect1d(cluster[a], cluster[b]).size for a, b in folds)


@pytest.mark.parametrize(
    ("strata", "cluster", "unit"), [([0, 0, 1], None, "row"), ([0, 0, 1, 1], [0, 1, 2, 2], "clus")]
)
def test_one_unit_of_a_stratum_is_refused_by_name(strata: list[int], cluster: list[int] | None, unit: str) -> None:
    groups = read_strata(np.array(strata), np.array(strata), None, cluster)
    assert smallest_stratum(groups) == (1, 1)
    with pytest.raises(EmptyStratum, match=f"2 {unit}.* stratum 1 has 1") as caught:
        repeated_folds(groups, folds=5, repeats=1, seed=0)
    assert caught.value.strata == (1,)


@pytest.mark.parametrize("seed", range(5))
def test_halves_keep_clusters_together(seed: int) -> None:
    cluster = np.random.default_rng(seed).integers(0, 25, len(STRATA))
    rng = np.random.RandomState(seed)
    a, b, _ = _halve(read_strata(STRATA, STRATA, None, cluster), rng)
    assert sorted([*a, *b]) == list(range(len(STRATA)))
    assert not np.intersect1d(cluster[a], cluster[b]).size
    assert abs(len(a) - len(b)) <= 2 * np.bincount(cluster).max()


def test_clusters_of_one_row_are_independent_rows() -> None:
    own = read_strata(STRATA, STRATA, None, np.arange(len(STRATA)))
    plain = read_strata(STRATA, STRATA, None)
    for x, y in zip(_halve(own, np.random.RandomState(3)), _halve(plain, np.random.RandomState(3))):
        np.testing.assert_array_equal(x, y)


def test_taking_rows_keeps_ids_and_names_what_is_absent() -> None:
    groups = read_strata(np.array([0, 0, 2, 5]), np.zeros(4, dtype=int), 6)
    some = groups.take(np.array([0, 3]))
    assert some.ids.tolist() == [0, 5]
    assert some.codes.tolist() == [0, 1]
    assert some.empty == (1, 2, 3, 4)
