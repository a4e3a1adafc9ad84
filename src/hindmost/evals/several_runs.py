"""The worst group over several training runs: runs and test rows are both drawn again."""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from hindmost.core.clusters import pieces
from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, FloatArray, Rows
from hindmost.core.runs import Pooled
from hindmost.evals._resample import profile_totals

DRAWS = 10_000
_NOTHING = 1e-20  # rounding of equal runs
METHOD = "t interval; runs and test rows drawn again, rows within groups and the same for all runs; n - 1 of n runs"


def pooled_worst(
    rows: Rows, before: BoolArray, after: BoolArray | None, *, seed: int
) -> tuple[Pooled, Pooled | None, Pooled | None]:
    """Mean over runs of the worst group before, after, and of its change.

    Each draw takes test rows (clusters whole) within every group, the same for all runs, and runs: n - 1 of
    n with replacement, because n of n would make the spread of a mean over few runs too small by
    (n - 1) / n. Runs and rows are crossed, so both kinds of noise are in the variance of the draws. The
    interval is the mean +- t times their root, with Satterthwaite's degrees of freedom: the runs' share of the
    variance is known from n runs only, and percentiles of two runs would lie no further apart than the two.

    Parameters
    ----------
    rows : Rows, m of them                      test rows
    before, after : bool arrays, shape (n, m)   right in each run under the baseline and the head; after may be None
    seed : int

    Returns
    -------
    before, after, change : Pooled; the last two are None where ``after`` is

    Raises
    ------
    InputError
        Fewer than two runs, predictions of other rows, or no test row.

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    Rao & Wu (1988), JASA 83, 231-241 (n - 1 of n); Owen (2007), Annals of Applied Statistics 1, 386-411
    (drawing both factors of crossed data).
    """
    heads = [before] if after is None else [before, after]
    if any(one.shape != (len(before), len(rows)) for one in heads) or len(before) < 2 or not len(rows):
        raise InputError(
            f"Expected one line for each of two or more runs over {len(rows)} test rows (at least one), but "
            f"{[one.shape for one in heads]} came. Pass the same test rows for every run."
        )
    n_runs, rng = len(before), np.random.default_rng([seed, len(before)])
    right = np.concatenate(heads).astype(np.float64)  # (heads * runs, m)
    seen = _worst(rows, right).reshape(len(heads), n_runs)
    drawn = _drawn(rows, right, rng).reshape(DRAWS, len(heads), n_runs)
    weights = rng.multinomial(n_runs - 1, np.full(n_runs, 1 / n_runs), size=DRAWS) / (n_runs - 1)
    means = (drawn * weights[:, None]).sum(axis=2)  # (draws, heads)
    first = _pooled(seen[0], means[:, 0], 0.0)
    if after is None:
        return first, None, None
    change = _pooled(seen[1] - seen[0], means[:, 1] - means[:, 0], -1.0)
    return first, _pooled(seen[1], means[:, 1], 0.0), change


def _pooled(seen: FloatArray, drawn: FloatArray, least: float) -> Pooled:
    """The mean of a number over runs; few runs widen its interval through Student's t."""
    mean, run_variance, variance = float(seen.mean()), float(seen.var(ddof=1)) / len(seen), float(drawn.var(ddof=1))
    freedom = (len(seen) - 1) * (variance / run_variance) ** 2 if run_variance > _NOTHING else np.inf
    half = float(t.ppf(0.975, max(freedom, len(seen) - 1))) * variance**0.5
    return Pooled(mean, max(mean - half, least), min(mean + half, 1.0), float(seen.std(ddof=1)))


def _worst(rows: Rows, right: FloatArray) -> FloatArray:
    """Smallest accuracy over groups with rows of each line, shape (lines,)."""
    groups = np.unique(rows.group)
    return np.asarray(np.stack([right[:, rows.group == g].mean(axis=1) for g in groups]).min(axis=0))


def _drawn(rows: Rows, right: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The same in every draw of test rows, shape (draws, lines)."""
    found = pieces(rows.group, rows.cluster)
    profiles = np.stack([found.size.astype(np.float64), *(found.total(line) for line in right)], axis=1)
    worst = np.full((DRAWS, len(right)), np.inf)
    for g in np.unique(found.part):
        totals = profile_totals(profiles[found.part == g], draws=DRAWS, rng=rng)
        worst = np.minimum(worst, totals[:, 1:] / totals[:, :1])
    return worst
