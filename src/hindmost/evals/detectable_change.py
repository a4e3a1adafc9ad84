"""The smallest change of a group that its test rows could show."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from hindmost.core.clusters import effective_n
from hindmost.core.rows import BoolArray, FloatArray, Rows
from hindmost.core.worst import tally
from hindmost.core.worst_noise import DetectableChange

POWER = 0.8
_HALVINGS = 20  # of a change in 0..1: to a millionth
_TAIL = 1e-9  # counts of discordant rows that are less likely are left out


def detectable_changes(
    rows: Rows, before: BoolArray, after: BoolArray, *, level: float, power: float = POWER
) -> tuple[DetectableChange, ...]:
    """For every group, the smallest true change that the exact McNemar test would show with this power.

    Parameters
    ----------
    rows : Rows, n of them
    before, after : bool arrays, shape (n,)     right under the baseline, right under the head
    level : float                               two-sided
    power : float

    Returns
    -------
    tuple of DetectableChange, one a group. With clusters, rows count as the independent rows they are worth at least.
    """
    fixed, n = tally(after & ~before, rows.group, rows.n_groups)
    broken, _ = tally(before & ~after, rows.group, rows.n_groups)
    worth = np.floor(effective_n(rows.group, rows.cluster, rows.n_groups)).astype(np.int64)
    filled = max(1, int((n > 0).sum()))
    found = []
    for g, name in enumerate(rows.naming.groups):
        rate = float((fixed[g] + broken[g]) / n[g]) if n[g] else None
        ends = [
            None if rate is None else smallest_change(int(worth[g]), rate, level=one, power=power)
            for one in (level, level / filled)
        ]
        found.append(DetectableChange(name, int(n[g]), rate, ends[0], ends[1], power))
    return tuple(found)


def smallest_change(n: int, discordant: float, *, level: float, power: float) -> float | None:
    """The change at which the power is reached, in (0, 1]; None where even 1 is not enough.

    Rows on which only one head is right have the rate ``discordant``, or the change itself where that is
    larger: a change needs at least so many rows that move.

    References
    ----------
    Connor (1987), Biometrics 43, 207-211, has the normal approximation.

    Examples
    --------
    >>> smallest_change(5, 0.2, level=0.05, power=0.8) is None
    True
    """
    if mcnemar_power(n, discordant, 1.0, level=level) < power:
        return None
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        reached = mcnemar_power(n, discordant, middle, level=level) >= power
        low, high = (low, middle) if reached else (middle, high)
    return high


def mcnemar_power(n: int, discordant: float, change: float, *, level: float) -> float:
    """Probability that the two-sided exact McNemar test is significant in the direction of a change in (0, 1]."""
    rate = max(discordant, change)
    moved = np.arange(int(binom.ppf(_TAIL, n, rate)), int(binom.isf(_TAIL, n, rate)) + 1)
    toward = (1 + change / rate) / 2  # share of the moved rows that move in its direction
    return float((binom.pmf(moved, n, rate) * binom.sf(_needed(moved, level) - 1, moved, toward)).sum())


def _needed(moved: np.ndarray, level: float) -> FloatArray:
    """Moved rows in one direction at which 2 P(Bin(moved, 1/2) >= k) <= level; moved + 1 where none is."""
    return np.asarray(binom.isf(level / 2, moved, 0.5) + 1, dtype=np.float64)
