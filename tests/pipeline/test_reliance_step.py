"""Which rows are swapped, and which pairs of rows are twins."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.features import Features
from hindmost.core.rows import Naming, Rows
from hindmost.core.sample import sample_per_group
from hindmost.pipeline._reliance import twins_among_rows

NAMING = Naming(("a", "b"), ("0", "1"), ("cue",))


def features(y: list[int], cue: list[int], split: list[int]) -> Features:
    ids = np.array([f"r{i}" for i in range(len(y))])
    rows = Rows(ids, np.array(y), np.array(cue), np.array(split), NAMING)
    return Features(rows, np.arange(len(y), dtype=np.float32)[:, None])


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60), st.integers(1, 9), st.integers(0, 3))
def test_sample_takes_up_to_so_many_of_each_group(rows: list[tuple[int, bool]], most: int, seed: int) -> None:
    group = np.array([g for g, _ in rows], dtype=np.int64)
    allowed = np.array([ok for _, ok in rows], dtype=bool)
    chosen = sample_per_group(group, allowed, most, np.random.default_rng(seed))
    assert (np.diff(chosen) > 0).all()
    assert allowed[chosen].all()
    for g in range(6):
        assert (group[chosen] == g).sum() == min(most, (allowed & (group == g)).sum())


def test_twins_are_test_rows_of_one_class_with_another_cue() -> None:
    found = features(y=[0, 0, 1, 1, 0, 1], cue=[0, 1, 0, 0, 1, 1], split=[2, 2, 2, 2, 0, 2])
    twins = twins_among_rows(found, np.array([-1, 0, -1, 2, 0, 0]))
    assert twins is not None
    assert twins.positions.tolist() == [0]  # 3: same cue; 4: a train row; 5: another class
    assert twins.cue.tolist() == [1]
    assert twins.X.ravel().tolist() == [1.0]
    assert twins.control is None


def test_no_twins() -> None:
    found = features(y=[0, 1], cue=[0, 1], split=[2, 2])
    assert twins_among_rows(found, None) is None
    assert twins_among_rows(found, np.array([-1, -1])) is None
