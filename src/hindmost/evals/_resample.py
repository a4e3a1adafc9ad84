"""Resampling of clusters within one part, without a loop over rows."""

from __future__ import annotations

import numpy as np

from hindmost.core.rows import FloatArray

_CELLS = 4_000_000  # numbers drawn at a time, so that memory stays under 64 MiB


def profile_totals(profiles: FloatArray, *, draws: int, rng: np.random.Generator) -> FloatArray:
    """Column totals of ``m`` clusters drawn with replacement from ``m``, shape (draws, v).

    Clusters with the same profile are alike, so one multinomial draw of counts per distinct profile
    stands for drawing clusters: the same distribution at a fraction of the work.

    Parameters
    ----------
    profiles : array, shape (m, v)       what each cluster adds, e.g. rows, fixed, broken
    """
    kinds, counts = np.unique(profiles, axis=0, return_counts=True)
    step = max(1, _CELLS // len(kinds))
    sizes = [min(step, draws - start) for start in range(0, draws, step)]
    totals = [rng.multinomial(len(profiles), counts / counts.sum(), size=size) @ kinds for size in sizes]
    return np.concatenate(totals)


def drawn_totals(profiles: FloatArray, *, draws: int, rng: np.random.Generator) -> FloatArray:
    """The same for profiles that hardly repeat (real values): positions are drawn. Shape (draws, v)."""
    m = len(profiles)
    step = max(1, _CELLS // m)
    sizes = [min(step, draws - start) for start in range(0, draws, step)]
    return np.concatenate([profiles[rng.integers(m, size=(size, m))].sum(axis=1) for size in sizes])


def percentile_interval(values: FloatArray, *, level: float = 0.05) -> tuple[float, float]:
    """Two-sided percentile interval of drawn values."""
    low, high = np.quantile(values, [level / 2, 1 - level / 2])
    return float(low), float(high)
