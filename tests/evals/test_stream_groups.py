"""Group tables from counts are the tables from rows, to the last bit."""

import numpy as np

from hindmost.core.rows import Naming, Rows
from hindmost.evals.group_accuracy import group_accuracy
from hindmost.evals.stream_groups import group_tables
from hindmost.evals.stream_outcomes import count_outcomes

NAMING = Naming(("no", "yes"), ("left", "mid", "right"), ("side",))


def rows_of(n, seed):
    """Rows with one group absent and one of a single row."""
    rng = np.random.default_rng(seed)
    group = np.concatenate([[4], rng.choice([0, 1, 3, 5], n - 1, p=[0.6, 0.3, 0.08, 0.02])])
    ids = np.array([f"r{i}" for i in range(n)])
    return Rows(ids, group // 3, group % 3, np.full(n, 2), NAMING)


def test_the_same_table_as_from_rows():
    rows = rows_of(500, 0)
    rng = np.random.default_rng(1)
    predicted = [np.where(rng.random(500) < share, rows.y, 1 - rows.y) for share in (0.9, 0.5, 1.0, 0.0)]
    right = np.stack([p == rows.y for p in predicted], axis=1)
    counted = count_outcomes([(rows.group, right)], heads=4, n_groups=rows.n_groups)
    tables = group_tables(counted, NAMING.groups, level=0.05)
    assert tables == tuple(group_accuracy(rows, p, level=0.05) for p in predicted)
    assert tables[0][2].n == 0
    assert tables[0][2].accuracy is None
