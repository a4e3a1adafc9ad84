"""Features: one line per row, finite, and a split keeps its order."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.rows import Rows


def test_a_split_is_its_rows_in_order(make_rows):
    rows = make_rows([0, 1, 0, 1], [0, 0, 1, 1])
    mixed = Rows(rows.ids, rows.y, rows.cue, np.array([2, 0, 2, 1]), rows.naming)
    X = np.arange(8, dtype=np.float32).reshape(4, 2)
    test = Features(mixed, X, X * 2).of("test")
    assert test.X.tolist() == X[[0, 2]].tolist()
    assert test.logits.tolist() == (X[[0, 2]] * 2).tolist()
    assert test.rows.ids.tolist() == ["row0", "row2"]
    assert Features(mixed, X).of("val").logits is None


@pytest.mark.parametrize(
    ("X", "logits", "said"),
    [
        (np.ones((2, 3), np.float32), None, "expected \\(3, columns\\)"),
        (np.ones(3, np.float32), None, "X has shape"),
        (np.ones((3, 3), np.float32), np.ones((2, 2), np.float32), "logits has shape"),
        (np.array([[1], [np.nan], [1]], np.float32), None, "first in row .*'row1'"),
        (np.ones((3, 1), np.float32), np.array([[1], [1], [np.inf]], np.float32), "logits holds NaN"),
    ],
)
def test_refuses(make_rows, X, logits, said):
    with pytest.raises(InputError, match=said):
        Features(make_rows([0, 1, 1], [0, 0, 1]), X, logits)
