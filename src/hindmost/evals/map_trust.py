"""From a number per image to one check of trust in the maps, by declared thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.map_trust import Passes, TrustOutcome, TrustPart
from hindmost.core.rows import FloatArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals._resample import percentile_interval
from hindmost.evals._row_draws import row_counts

LEAST = 15  # images under which a check says nothing


@dataclass(frozen=True)
class Bar:
    """What a check must clear: the interval lies below, above, or off (on either side of) the threshold."""

    passes: Passes
    threshold: float


BARS: dict[str, Bar] = {
    "random_head": Bar("below", 0.5),
    "random_layers": Bar("below", 0.5),
    "other_masks": Bar("off", 0.0),
    "refits": Bar("above", 0.5),
    "deletion": Bar("above", 0.0),
    "swap": Bar("above", 0.0),
    "places": Bar("above", 0.5),
}


def mean_check(check: str, rows: Rows, values: FloatArray, *, seed: int) -> TrustPart:
    """Compare the mean over images with the bar of a check; nan leaves an image out.

    Parameters
    ----------
    check : str                     a name of ``BARS``
    rows : Rows, n of them
    values : float array, shape (n,)
    seed : int                      drives the bootstrap, within groups and by cluster
    """
    check_length("values", values, len(rows))
    known = ~np.isnan(values)
    if known.sum() < LEAST:
        return not_applicable(check, f"{LEAST} images are needed", int(known.sum()))
    counts = row_counts(rows.take(known), seed)
    if counts is None:
        return not_applicable(check, "all images are of one cluster", int(known.sum()))
    drawn = counts @ values[known] / counts.sum(axis=1)
    return judged(check, int(known.sum()), float(values[known].mean()), *percentile_interval(drawn))


def judged(check: str, n: int, value: float, low: float, high: float) -> TrustPart:
    """A check whose number and interval are known."""
    bar = BARS[check]
    good = {"below": high < bar.threshold, "above": low > bar.threshold}
    passed = good.get(bar.passes, high < bar.threshold or low > bar.threshold)
    outcome: TrustOutcome = "passed" if passed else "failed"
    return TrustPart(check, outcome, bar.passes, bar.threshold, n, value, low, high, None)


def not_applicable(check: str, reason: str, n: int = 0) -> TrustPart:
    """A check that could not be made."""
    bar = BARS[check]
    return TrustPart(check, "not_applicable", bar.passes, bar.threshold, n, None, None, None, reason)
