"""What one head changed against the baseline on the same test rows, group by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.clusters import pieces
from hindmost.core.paired import rows_to_exclude
from hindmost.core.pvalues import holm
from hindmost.core.rows import BoolArray, IntArray, Rows
from hindmost.core.tables import ChangeRow, ChangeTable, HarmOutcome
from hindmost.evals._check import check_length
from hindmost.evals.group_change import GroupChange, group_change
from hindmost.evals.worst_difference import worst_difference

INDEPENDENT = "Tango paired score interval, exact McNemar, Holm over groups"
CLUSTERED = (
    "cluster bootstrap no narrower than the Tango interval of the rows (Tango at the effective number of rows "
    "where few clusters changed), exact sign flips by cluster, Holm over groups"
)
MOST_ROWS = 10**7


@dataclass(frozen=True)
class _Thresholds:
    level: float
    margin: float


def paired_change(
    test_rows: Rows,
    baseline_predicted: IntArray,
    predicted: IntArray,
    *,
    baseline: str,
    level: float,
    harm_margin: float,
    seed: int,
) -> ChangeTable:
    """Fixed and broken rows, their difference with interval, p-value and the state of harm of each group.

    Parameters
    ----------
    test_rows : Rows, n of them
    baseline_predicted, predicted : int arrays, shape (n,)
    baseline : str          name of the baseline head
    level : float           error level of the one-sided bound and of the tests
    harm_margin : float     loss that is tolerated
    seed : int              drives the bootstrap

    Returns
    -------
    ChangeTable. Outcomes, the first that holds: ``harmed`` (adjusted p < level and loss > margin), ``helped``
    (adjusted p < level, gain > 0, and the lower bound clears the margin too), ``unharmed`` (lower bound >
    -margin), ``open``; ``no_data`` without rows. The lower bound is at ``level`` for each group by itself:
    "unharmed in every group" is an intersection-union claim and needs no correction.
    """
    check_length("baseline_predicted", baseline_predicted, len(test_rows))
    check_length("predicted", predicted, len(test_rows))
    before, after = baseline_predicted == test_rows.y, predicted == test_rows.y
    changes = _changes(test_rows, before, after, level=level, seed=seed)
    adjusted = holm(np.array([np.nan if c is None else c.p_value for c in changes]))
    thresholds = _Thresholds(level, harm_margin)
    worst, low, high = worst_difference(test_rows, before, after)
    return ChangeTable(
        baseline=baseline,
        groups=tuple(
            _row(name, change, float(p), thresholds)
            for name, change, p in zip(test_rows.naming.groups, changes, adjusted)
        ),
        worst_difference=worst,
        worst_low=low,
        worst_high=high,
        method=CLUSTERED if any(c is not None and c.clustered for c in changes) else INDEPENDENT,
    )


def _changes(rows: Rows, before: BoolArray, after: BoolArray, *, level: float, seed: int) -> list[GroupChange | None]:
    """The change of each group, None for a group without rows."""
    found = pieces(rows.group, rows.cluster)
    fixed, broken = found.total(after & ~before), found.total(before & ~after)
    profiles = np.stack([found.size.astype(np.float64), fixed, broken], axis=1)
    edges = np.searchsorted(found.part, np.arange(rows.n_groups + 1))
    return [
        group_change(profiles[start:stop], level=level, rng=np.random.default_rng([seed, g])) if stop > start else None
        for g, (start, stop) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist()))
    ]


def _row(name: str, change: GroupChange | None, p_adjusted: float, thresholds: _Thresholds) -> ChangeRow:
    if change is None:
        return ChangeRow(name, 0, None, None, None, None, None, None, None, None, "no_data", None)
    outcome = _outcome(change, p_adjusted, thresholds)
    return ChangeRow(
        name=name,
        n=change.n,
        fixed=change.fixed,
        broken=change.broken,
        difference=change.difference,
        low=change.low,
        high=change.high,
        lower_bound=change.lower_bound,
        p_value=change.p_value,
        p_adjusted=p_adjusted,
        outcome=outcome,
        n_to_close=_n_to_close(change, thresholds) if outcome == "open" else None,
    )


def _outcome(change: GroupChange, p_adjusted: float, thresholds: _Thresholds) -> HarmOutcome:
    cleared = change.lower_bound > -thresholds.margin
    if p_adjusted < thresholds.level and -change.difference > thresholds.margin:
        return "harmed"
    if p_adjusted < thresholds.level and change.difference > 0 and cleared:
        return "helped"
    return "unharmed" if cleared else "open"


def _n_to_close(change: GroupChange, thresholds: _Thresholds) -> int | None:
    """Smallest n of the group, at the rates seen, whose lower bound clears the margin; None above 10**7."""
    needed = rows_to_exclude(
        change.fixed / change.n, change.broken / change.n, margin=thresholds.margin, level=thresholds.level
    )
    needed /= change.effective_share
    return max(int(needed) + 1, change.n + 1) if needed < MOST_ROWS else None
