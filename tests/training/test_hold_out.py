"""Held-out rows: the right share of each train group, clusters whole, the same for the same seed."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.rows import Naming, Rows
from hindmost.training.hold_out import held_out


def rows_of(groups, cluster=None, n_val=3):
    group = np.concatenate([np.asarray(groups, dtype=np.int64), np.zeros(n_val, dtype=np.int64)])
    split = np.repeat([0, 1], [len(groups), n_val])
    ids = np.array([str(i) for i in range(len(group))])
    naming = Naming(("0", "1"), ("0", "1"), ("a",))
    return Rows(ids, group // 2, group % 2, split, naming, cluster)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=80), st.floats(0, 0.9), st.integers(0, 5))
def test_the_share_of_each_group(groups, fraction, seed):
    rows = rows_of(groups)
    out = held_out(rows, fraction, seed)
    assert not out[rows.split != 0].any()
    taken = np.bincount(rows.group[out], minlength=4)
    np.testing.assert_array_equal(taken, np.rint(fraction * rows.counts("train")))
    np.testing.assert_array_equal(out, held_out(rows, fraction, seed))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=60), st.floats(0, 0.9))
def test_clusters_stay_whole_and_shares_are_kept(members, fraction):
    groups, cluster = zip(*members, strict=True)
    rows = rows_of(groups, np.array([*cluster, 90, 91, 92]))
    out = held_out(rows, fraction, 0)
    for name in set(cluster):
        assert len(set(out[rows.cluster == name])) == 1
    assert (np.bincount(rows.group[out], minlength=4) <= np.rint(fraction * rows.counts("train"))).all()


def test_seeds_differ():
    rows = rows_of([0, 1, 2, 3] * 20)
    assert (held_out(rows, 0.2, 0) != held_out(rows, 0.2, 1)).any()
