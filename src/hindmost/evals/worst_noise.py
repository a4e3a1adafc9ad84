"""How much lower than the truth the minimum of noisy accuracies is expected to be."""

from __future__ import annotations

import numpy as np

from hindmost.core.clusters import effective_n, pieces
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.core.worst import tally
from hindmost.core.worst_noise import LowestShare, WorstNoise
from hindmost.evals._resample import profile_totals

DRAWS = 10_000
LEAST_SHARE = 0.01


def worst_noise(rows: Rows, right: BoolArray, *, seed: int) -> WorstNoise | None:
    """The plain minimum over test groups, and what drawing the test rows again does to it.

    The minimum of estimates lies below the minimum of what they estimate (Jensen), the more so the
    closer the groups and the fewer their rows. The bootstrap, stratified by group, sees the gaps
    between groups that noise has already spread, so where groups tie it says too little; the case in
    which all groups equal the minimum says the most that is possible.

    Parameters
    ----------
    rows : Rows, n of them          test rows
    right : bool array, shape (n,)
    seed : int                      drives the redraws

    Returns
    -------
    WorstNoise or None      None where no group has rows

    References
    ----------
    Efron & Tibshirani (1993), ch. 10; Andrews (2000), Econometrica 68, 399-405, on minima at a tie.
    """
    correct, n = tally(right, rows.group, rows.n_groups)
    seen = np.flatnonzero(n > 0)
    if not len(seen):
        return None
    accuracy = correct[seen] / n[seen]
    at = int(accuracy.argmin())
    minimum = float(accuracy[at])
    rng = np.random.default_rng([seed, rows.n_groups])
    redrawn = _redrawn(rows, right, seen, rng)
    lowest = np.bincount(redrawn.argmin(axis=1), minlength=len(seen)) / len(redrawn)
    worst = redrawn.min(axis=1)
    equal = _if_equal(minimum, effective_n(rows.group, rows.cluster, rows.n_groups)[seen], rng)
    names = [rows.naming.groups[g] for g in seen.tolist()]
    return WorstNoise(
        group=names[at],
        n=int(n[seen][at]),
        minimum=minimum,
        one_image=1 / int(n[seen][at]),
        shift=float(worst.mean()) - minimum,
        shift_if_equal=equal - minimum,
        spread=float(worst.std(ddof=1)),
        draws=DRAWS,
        lowest=tuple(
            LowestShare(names[g], float(lowest[g]))
            for g in np.argsort(-lowest, kind="stable")
            if lowest[g] >= LEAST_SHARE
        ),
    )


def _redrawn(rows: Rows, right: BoolArray, seen: IntArray, rng: np.random.Generator) -> FloatArray:
    """Accuracy of every group with rows in every draw, shape (draws, groups); clusters are drawn whole."""
    found = pieces(rows.group, rows.cluster)
    profiles = np.stack([found.size.astype(np.float64), found.total(right)], axis=1)
    columns = []
    for g in seen.tolist():
        totals = profile_totals(profiles[found.part == g], draws=DRAWS, rng=rng)
        columns.append(totals[:, 1] / totals[:, 0])
    return np.stack(columns, axis=1)


def _if_equal(p: float, n: FloatArray, rng: np.random.Generator) -> float:
    """Mean of the minimum if every group had the same true accuracy ``p``, at (effective) sizes ``n``."""
    whole = np.maximum(1, np.rint(n)).astype(np.int64)
    return float((rng.binomial(whole, p, size=(DRAWS, len(whole))) / whole).min(axis=1).mean())
