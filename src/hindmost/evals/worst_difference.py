"""The worst group's accuracy after minus before, with the interval of a paired bootstrap."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import pieces
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.core.worst import tally, worst_accuracy
from hindmost.evals._resample import percentile_interval, profile_totals

DRAWS = 10_000
_CELLS = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])  # row, right before, after


def worst_difference(
    rows: Rows, before: BoolArray, after: BoolArray, *, seed: int
) -> tuple[float | None, float | None, float | None]:
    """Minimum over groups after minus minimum over groups before, and its two-sided 95 % interval.

    Each draw resamples clusters (or rows) within every group, both heads together, so that the rarest
    group never vanishes and the pairing stays. Half a pseudo-pair in each of the four cells (both wrong,
    fixed, broken, both right) keeps a group of one row, or one that is all right, from having no width.

    Parameters
    ----------
    rows : Rows, n of them
    before, after : bool arrays, shape (n,)    right under the baseline, right under the head

    Returns
    -------
    difference, low, high : float, or None where no group has rows

    References
    ----------
    Efron & Tibshirani (1993), ch. 13; the pseudo-pairs: Agresti & Min (2005), Statistics in Medicine 24, 729-740.
    """
    right_before, n = tally(before, rows.group, rows.n_groups)
    right_after, _ = tally(after, rows.group, rows.n_groups)
    if not n.any():
        return None, None, None
    found = pieces(rows.group, rows.cluster)
    profiles = np.stack([found.size.astype(np.float64), found.total(before), found.total(after)], axis=1)
    drawn = _drawn_differences(profiles, found.part, np.random.default_rng([seed, rows.n_groups]))
    low, high = percentile_interval(drawn)
    return worst_accuracy(right_after, n) - worst_accuracy(right_before, n), low, high


def _drawn_differences(profiles: FloatArray, part: IntArray, rng: np.random.Generator) -> FloatArray:
    """Worst group after minus before in every draw, shape (draws,)."""
    worst = np.full((DRAWS, 2), np.inf)
    for g in np.unique(part):
        own = profiles[part == g]
        totals = profile_totals(own, draws=DRAWS, rng=rng, pseudo=_CELLS * own[:, 0].mean())
        worst = np.minimum(worst, totals[:, 1:] / totals[:, :1])
    return np.asarray(worst[:, 1] - worst[:, 0])
