"""Duplicates count only across splits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.rows import Naming, Rows
from hindmost.datasets.duplicates import exact_duplicates


def rows(splits: list[int]) -> Rows:
    n = len(splits)
    zero = np.zeros(n, dtype=np.int64)
    naming = Naming(("y=0", "y=1"), ("a=0", "a=1"), ("a",))
    return Rows(np.array([f"r{at}" for at in range(n)]), zero, zero.copy(), np.array(splits, dtype=np.int64), naming)


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abcdef")), min_size=1, max_size=20))
def test_the_count_is_that_of_the_slow_loop(drawn: list[tuple[int, str]]) -> None:
    found, examples = exact_duplicates(rows([split for split, _ in drawn]), np.array([name for _, name in drawn]))
    groups = [name for name in "abcdef" if len({split for split, other in drawn if other == name}) > 1]
    assert found == len(groups)
    expected = [f"r{at}" for name in groups for at, (_, other) in enumerate(drawn) if other == name]
    assert len(examples) == min(10, len(expected))
    assert {*examples} <= {*expected}


def test_copies_within_one_split_are_no_finding() -> None:
    assert exact_duplicates(rows([0, 0, 1]), np.array(["a", "a", "b"])) == (0, ())
    assert exact_duplicates(rows([0, 2, 1, 0]), np.array(["b", "a", "b", "a"])) == (2, ("r0", "r2", "r1", "r3"))
