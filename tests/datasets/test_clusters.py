"""Clusters: the finest partition that joins whatever shares a key."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.datasets.clusters import cluster_rows, straddling, twin_positions


def slow(keys: list[list[str]], twin_of: list[int]) -> list[int]:
    """Spread labels until nothing changes."""
    n = len(twin_of)
    label = list(range(n))
    while True:
        before = list(label)
        for i in range(n):
            for j in range(n):
                linked = any(key[i] and key[i] == key[j] for key in keys) or twin_of[i] == j
                if linked:
                    label[i] = label[j] = min(label[i], label[j])
        if label == before:
            return label


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(
    st.lists(st.sampled_from(["", "a", "b", "c", "d"]), min_size=n, max_size=n),
    st.lists(st.sampled_from(["", "p", "q", "r"]), min_size=n, max_size=n),
    st.lists(st.integers(-1, n - 1), min_size=n, max_size=n),
)))  # fmt: skip
def test_the_same_partition_as_the_slow_loop(drawn: tuple[list[str], list[str], list[int]]) -> None:
    first, second, twins = drawn
    fast = cluster_rows([np.array(first), np.array(second)], np.array(twins), len(twins))
    oracle = slow([first, second], twins)
    assert (fast[:, None] == fast[None, :]).tolist() == [[a == b for b in oracle] for a in oracle]
    assert fast[0] == 0


def test_nothing_shared_leaves_every_row_alone() -> None:
    assert cluster_rows([np.array(["", "", "a"])], None, 3).tolist() == [0, 1, 2]


def test_straddling_counts_clusters_in_more_than_one_split() -> None:
    assert straddling(np.array([0, 0, 1, 1, 2]), np.array([0, 2, 1, 1, 0])) == 1


def test_twins_point_at_ids() -> None:
    ids = np.array(["10", "11", "12"])
    assert twin_positions("twin_of", np.array(["", "10", "11.0"]), ids).tolist() == [-1, 0, 1]
    assert twin_positions("twin_of", np.array(["-1", "nan", "10"]), ids).tolist() == [-1, -1, 0]


@pytest.mark.parametrize("value", ["99", "11"])
def test_a_twin_of_nobody_or_of_itself_is_refused(value: str) -> None:
    with pytest.raises(InputError, match=f"twin_of is '{value}' in row 2"):
        twin_positions("twin_of", np.array(["", value]), np.array(["10", "11"]))
