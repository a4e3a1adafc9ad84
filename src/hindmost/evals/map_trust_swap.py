"""Whether maps agree with interventions: evidence in the region of the cue against what a swap of the cue does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from hindmost.core.map_trust import TrustPart
from hindmost.core.rows import FloatArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals._resample import percentile_interval
from hindmost.evals._row_draws import row_counts
from hindmost.evals.map_trust import LEAST, judged, not_applicable


def cue_evidence(maps: FloatArray, cue: NDArray[np.floating]) -> FloatArray:
    """The part of the margin, in logits, that a map places in the region of the cue, shape (n,)."""
    return np.asarray((maps * cue).mean(axis=(1, 2)), dtype=np.float64)


def swap_agreement(rows: Rows, evidence: FloatArray, shift: FloatArray, *, seed: int) -> TrustPart:
    """Rank correlation, within groups, of evidence at the cue with the loss of margin when the cue is swapped.

    Ranks are taken within each group, so that groups cannot agree for each other; the interval is a bootstrap
    within groups and by cluster.

    Parameters
    ----------
    rows : Rows, n of them              images with a twin
    evidence : float array (n,)         from ``cue_evidence``; nan: not known
    shift : float array (n,)            margin under the swap minus margin under the control (or the original)
    """
    check_length("evidence", evidence, len(rows))
    check_length("shift", shift, len(rows))
    known = ~np.isnan(evidence + shift)
    if known.sum() < LEAST:
        return not_applicable("swap", f"{LEAST} images are needed", int(known.sum()))
    rows = rows.take(known)
    a, b = _ranks(rows, evidence[known]), _ranks(rows, -shift[known])
    counts = row_counts(rows, seed)
    if counts is None or not (a.any() and b.any()):
        return not_applicable("swap", "nothing varies within groups", len(rows))
    drawn = _correlation(counts, a, b)
    value = float(_correlation(np.ones((1, len(rows))), a, b)[0])
    return judged("swap", len(rows), value, *percentile_interval(drawn))


def _ranks(rows: Rows, values: FloatArray) -> FloatArray:
    """Ranks within groups as shares of the group, with mean 0 in each group, shape (n,)."""
    out = np.zeros(len(rows))
    for g in np.unique(rows.group).tolist():
        mine = rows.group == g
        ranks = rankdata(values[mine])
        out[mine] = (ranks - ranks.mean()) / mine.sum()
    return out


def _correlation(counts: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Weighted correlation of two columns of mean 0 within groups, one for each line of counts."""
    size = np.sqrt((counts @ a**2) * (counts @ b**2))
    return np.asarray(np.where(size > 0, counts @ (a * b) / np.where(size > 0, size, 1.0), 0.0))
