"""Bootstrap of rows within groups, by cluster, as counts that weigh any statistic of the rows."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import pieces
from hindmost.core.rows import FloatArray, Rows

DRAWS = 2_000


def row_counts(rows: Rows, seed: int) -> FloatArray | None:
    """How often each row is drawn, shape (2,000, n); None under two clusters."""
    found = pieces(rows.group, rows.cluster)
    if len(found.part) < 2:
        return None
    rng, counts = np.random.default_rng(seed), np.zeros((DRAWS, len(found.part)))
    for g in np.unique(found.part).tolist():
        where = np.flatnonzero(found.part == g)
        counts[:, where] = rng.multinomial(len(where), np.full(len(where), 1 / len(where)), size=DRAWS)
    return counts[:, found.of_row]
