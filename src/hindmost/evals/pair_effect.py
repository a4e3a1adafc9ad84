"""What a treated twin does to predictions and margins, beyond what its control does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.clusters import effective_n, pieces
from hindmost.core.errors import InputError
from hindmost.core.intervals import wilson
from hindmost.core.paired import tango
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.core.twins import Estimate, Flips, PairEffect, Shift
from hindmost.evals._check import check_length, plain
from hindmost.evals._resample import percentile_interval

DRAWS = 2_000
_CELLS = 4_000_000  # weights drawn at a time
HIGH = 0.95  # the quantile of |shift|
WHOLE = "all rows"


@dataclass(frozen=True)
class Arms:
    """One number of every row in its three pictures, shape (n,) each; ``control`` None where there is none."""

    original: FloatArray | BoolArray
    treated: FloatArray | BoolArray
    control: FloatArray | BoolArray | None


def pair_effect(rows: Rows, margin: Arms, right: Arms, *, seed: int) -> tuple[PairEffect, ...]:
    """Flips toward and away from harm, and margin shifts, per group and over all rows.

    ``swap_reliance`` reads flips by the cue that they follow; here they are read by what they do to the row.
    Rates carry Wilson intervals and paired differences Tango's, at the effective number of rows where
    clusters repeat. Means and percentiles of the shift carry percentile intervals of 2,000 bootstrap draws, within
    groups and by cluster; None under two clusters.

    Parameters
    ----------
    rows : Rows, n of them
    margin : Arms of float      margin of the true class over the rival that the baseline froze
    right : Arms of bool        the prediction is the true class
    seed : int                  drives the bootstrap

    Returns
    -------
    tuple of PairEffect         groups in their order, then all rows

    Raises
    ------
    InputError
        Lengths differ, a margin is not finite, or only one of the two has a control.
    """
    if (margin.control is None) != (right.control is None):
        raise InputError(
            "Margins and predictions must both have a control, or neither. Measure both on the same twins."
        )
    for name, arms in (("margin", margin), ("right", right)):
        for part in ("original", "treated", "control"):
            array = getattr(arms, part)
            if array is not None:
                check_length(f"{name} of {part}", array, len(rows))
                if not np.isfinite(array.astype(np.float64)).all():
                    raise InputError(f"{name} of {part} holds NaN or infinite values. Compute it again.")
    group = rows.group
    parts = [(name, np.flatnonzero(group == g)) for g, name in enumerate(rows.naming.groups)]
    return tuple(
        _effect(name, rows, where, margin, right, seed) for name, where in [*parts, (WHOLE, np.arange(len(rows)))]
    )


def _effect(name: str, rows: Rows, where: IntArray, margin: Arms, right: Arms, seed: int) -> PairEffect:
    before, after = right.original[where].astype(bool), right.treated[where].astype(bool)
    neutral = None if right.control is None else right.control[where].astype(bool)
    cluster = None if rows.cluster is None else rows.cluster[where]
    return PairEffect(
        name=name,
        n=len(where),
        harm=_flips(before & ~after, None if neutral is None else before & ~neutral, cluster),
        help=_flips(~before & after, None if neutral is None else ~before & neutral, cluster),
        shift=_shift(rows.group[where], cluster, _of(margin, where), seed),
    )


def _flips(treated: BoolArray, control: BoolArray | None, cluster: IntArray | None) -> Flips:
    n = float(effective_n(np.zeros(len(treated), dtype=np.int64), cluster, 1)[0])
    if control is None:
        return Flips(_rate(treated, n), None, None)
    up, down = (_mean(each) * n for each in (treated & ~control, control & ~treated))
    low, high = tango(np.nan_to_num(up), np.nan_to_num(down), n)
    difference = _mean(treated) - _mean(control)
    return Flips(_rate(treated, n), _rate(control, n), _estimate(difference, float(low), float(high)))


def _rate(flips: BoolArray, n: float) -> Estimate:
    rate = _mean(flips)
    low, high = wilson(np.nan_to_num(rate * n), n)
    return _estimate(rate, float(low), float(high))


def _shift(group: IntArray, cluster: IntArray | None, margin: Arms, seed: int) -> Shift:
    original = margin.original.astype(np.float64)
    treated = margin.treated - original
    columns = [treated, np.abs(treated)]
    if margin.control is not None:
        control = margin.control - original
        columns += [control, np.abs(control), treated - control]
    ends = _bootstrap(group, cluster, np.stack(columns), seed)
    made = [
        _estimate(_quantile(values, HIGH) if at in (1, 3) else _mean(values), *ends[at])
        for at, values in enumerate(columns)
    ]
    if margin.control is None:
        return Shift(made[0], None, None, made[1], None)
    return Shift(made[0], made[2], made[4], made[1], made[3])


def _bootstrap(group: IntArray, cluster: IntArray | None, values: FloatArray, seed: int) -> list[tuple[float, float]]:
    """Ends of every column: means, but for columns 1 and 3, whose 95th percentile is drawn. Values are (v, n)."""
    found = pieces(group, cluster)
    if len(found.part) < 2:
        return [(float("nan"), float("nan"))] * len(values)
    step = max(1, _CELLS // values.shape[1])
    rng = np.random.default_rng(seed)
    drawn: list[list[FloatArray]] = [[] for _ in values]
    for start in range(0, DRAWS, step):
        weights = _weights(found.part, min(step, DRAWS - start), rng)[:, found.of_row]  # (draws, n)
        total = weights.sum(axis=1)
        for at, column in enumerate(values):
            drawn[at].append(_weighted_quantile(column, weights) if at in (1, 3) else weights @ column / total)
    return [percentile_interval(np.concatenate(each)) for each in drawn]


def _weights(part: IntArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """How often each piece is drawn when every part draws its own pieces with replacement, (draws, pieces)."""
    weights = np.zeros((draws, len(part)))
    for g in np.unique(part).tolist():
        where = np.flatnonzero(part == g)
        weights[:, where] = rng.multinomial(len(where), np.full(len(where), 1 / len(where)), size=draws)
    return weights


def _weighted_quantile(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The least value that at least 95 % of the weight does not exceed, shape (draws,)."""
    order = np.argsort(values, kind="stable")
    heaped = weights[:, order].cumsum(axis=1)
    reached = heaped >= HIGH * heaped[:, -1:] - 1e-9
    return np.asarray(values[order][reached.argmax(axis=1)])


def _quantile(values: FloatArray, q: float) -> float:
    """The same quantile of rows that count once each; nan for none."""
    return float(np.quantile(values, q, method="inverted_cdf")) if len(values) else float("nan")


def _of(arms: Arms, where: IntArray) -> Arms:
    return Arms(arms.original[where], arms.treated[where], None if arms.control is None else arms.control[where])


def _mean(values: FloatArray | BoolArray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(plain(value), plain(low), plain(high))
