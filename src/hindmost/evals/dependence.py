"""Reliance on the cue without a swap: dependence of the margin on the cue within one class."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from hindmost.core.dominance import Dominance, dominance
from hindmost.core.rows import FloatArray, IntArray, Rows
from hindmost.core.tables import Reliance
from hindmost.evals._check import check_length
from hindmost.evals.reliance import no_reliance


def margin_dependence(rows: Rows, margins: FloatArray, *, level: float) -> Reliance:
    """The largest Somers' D between margin and cue, over cue pairs within one class.

    Within a class a head that ignores the cue has margins that do not tell its values apart, D = 0. This is
    an association: a cue that travels with hard images shows up here too. The largest |D| is a maximum, so
    its upper bound is the largest of the pairs' bounds at ``level`` each (no correction needed), and its
    lower bound the largest at ``level / (2 pairs)``.

    Parameters
    ----------
    rows : Rows, n of them
    margins : float array, shape (n,)    logit of the true class minus the rival's
    level : float

    Returns
    -------
    Reliance, kind "dependence", ``low`` and ``high`` of the pair with the largest |D| taken as positive;
    "none" where no class has two cues. ``reason`` names the groups without rows.
    """
    check_length("margins", margins, len(rows))
    pairs = _comparable(rows)
    absent = [rows.naming.groups[g] for g in np.flatnonzero(np.bincount(rows.group, minlength=rows.n_groups) == 0)]
    if not pairs:
        return no_reliance("no class has rows under two cue values, so its margins cannot be compared")
    found = [_compare(rows, margins, first, second) for first, second in pairs]
    top = max(found, key=lambda each: abs(each.somers()))
    ends = top.interval(0.05)
    low, high = ends if top.somers() >= 0 else (-ends[1], -ends[0])
    lowers = [bound for each in found for bound in _sides(each.interval(level / len(found)))]
    uppers = [-bound for each in found for bound in _sides(each.interval(2 * level))]
    return Reliance(
        kind="dependence",
        reason=f"not compared, no rows of: {'; '.join(absent)}" if absent else None,
        n=int(np.isin(rows.group, np.unique(pairs)).sum()),
        swap=None,
        control=None,
        number=abs(top.somers()),
        low=low,
        high=high,
        lower_bound=max(*lowers, 0.0),
        upper_bound=max(uppers),
        direction=None,
        groups=(),
    )


def _comparable(rows: Rows) -> list[tuple[int, int]]:
    """Pairs of groups of one class that both have rows."""
    n, k = np.bincount(rows.group, minlength=rows.n_groups), len(rows.naming.cues)
    present = [[g for g in range(y * k, (y + 1) * k) if n[g]] for y in range(len(rows.naming.classes))]
    return [pair for groups in present for pair in combinations(groups, 2)]


def _compare(rows: Rows, margins: FloatArray, first: int, second: int) -> Dominance:
    one, two = _positions(rows, first), _positions(rows, second)
    cluster = None if rows.cluster is None else rows.cluster[np.concatenate([one, two])]
    return dominance(margins[one], margins[two], cluster)


def _positions(rows: Rows, group: int) -> IntArray:
    return np.flatnonzero(rows.group == group).astype(np.int64)


def _sides(interval: tuple[float, float]) -> tuple[float, float]:
    """Lower bounds of D and of -D."""
    return interval[0], -interval[1]
