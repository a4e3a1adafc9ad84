"""Rows: the group law first, then what is refused at birth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.core.rows import Naming, Rows

tables = st.integers(1, 4).flatmap(
    lambda c: st.integers(1, 4).flatmap(
        lambda k: st.tuples(
            st.just(c), st.just(k), st.lists(st.tuples(st.integers(0, c - 1), st.integers(0, k - 1)), max_size=20)
        )
    )
)


@given(tables)
def test_group_is_row_major_and_an_absent_group_keeps_its_place(make_rows, table):
    c, k, pairs = table
    rows = make_rows([y for y, _ in pairs], [a for _, a in pairs], classes=c, cues=k)
    assert rows.group.tolist() == [y * k + a for y, a in pairs]
    assert rows.strata.tolist() == rows.group.tolist()
    slow = [sum(pair == (y, a) for pair in pairs) for y in range(c) for a in range(k)]
    assert rows.counts("test").tolist() == slow
    assert rows.counts("train").tolist() == [0] * (c * k)
    assert len(rows.naming.groups) == rows.n_groups == c * k


def test_group_names_follow_group_order():
    naming = Naming(("landbird", "waterbird"), ("on land", "on water"), ("place",), named=True)
    assert naming.groups == (
        "landbird, on land", "landbird, on water", "waterbird, on land", "waterbird, on water",
    )  # fmt: skip


def test_take_keeps_order_naming_and_clusters(make_rows):
    rows = make_rows([0, 1, 1], [0, 0, 1], cluster=[5, 5, 9])
    taken = rows.take(np.array([2, 0]))
    assert taken.ids.tolist() == ["row2", "row0"]
    assert taken.cluster.tolist() == [9, 5]
    assert taken.naming is rows.naming
    assert len(rows.take(np.array([False, True, False]))) == 1
    assert len(rows.of("test")) == 3
    assert len(rows.of("val")) == 0


def test_nothing_changes_in_place(make_rows):
    rows = make_rows([0, 1], [0, 1])
    with pytest.raises(ValueError, match="read-only"):
        rows.y[0] = 1


def build(**changed):
    columns = {
        "ids": np.array(["a", "b"]),
        "y": np.array([0, 1]),
        "cue": np.array([0, 1]),
        "split": np.array([0, 2]),
        "naming": Naming(("0", "1"), ("0", "1"), ("a",)),
    }
    return Rows(**(columns | changed))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"y": np.array([0])}, "y has shape"),
        ({"cluster": np.array([0, 1, 2])}, "cluster has shape"),
        ({"y": np.array([0, 2])}, "y must lie in 0..1, but 2 came"),
        ({"cue": np.array([-1, 0])}, "cue must lie in 0..1, but -1 came"),
        ({"split": np.array([0, 3])}, "split must lie in 0..2"),
        ({"ids": np.array(["a", "a"])}, "'a'.* occurs 2 times"),
    ],
)
def test_refuses_what_cannot_be_rows(changed, said):
    build()
    with pytest.raises(InputError, match=said):
        build(**changed)
