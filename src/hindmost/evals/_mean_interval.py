"""Bootstrap interval of a mean."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import pieces
from hindmost.core.rows import FloatArray, IntArray
from hindmost.evals._resample import drawn_totals, percentile_interval

DRAWS = 2_000


def mean_interval(
    values: FloatArray, part: IntArray, cluster: IntArray | None, seed: int
) -> tuple[float | None, float | None]:
    """Percentiles of the mean of rows that are drawn again within their part, by cluster where they have one.

    None under two clusters.
    """
    found = pieces(part, cluster)
    if len(found.part) < 2:
        return None, None
    profiles = np.stack([found.total(values), found.size.astype(np.float64)], axis=1)
    totals = np.zeros((DRAWS, 2))
    for g in np.unique(found.part).tolist():
        # Seeded by part: the same rows draw the same resamples, whatever is measured on them.
        totals += drawn_totals(profiles[found.part == g], draws=DRAWS, rng=np.random.default_rng([seed, g]))
    return percentile_interval(totals[:, 0] / totals[:, 1])
