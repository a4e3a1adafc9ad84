"""Reliance on the cue, measured by swapping it: predictions that follow the cue, beyond mere fragility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.clusters import effective_n
from hindmost.core.intervals import clopper_pearson_lower, clopper_pearson_upper, wilson
from hindmost.core.paired import tango, tango_bound
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.core.tables import Reliance, RelianceRow
from hindmost.evals._check import check_length, plain

DIRECTIONS = ("with the training association", "against the training association", "in either direction")


@dataclass(frozen=True)
class _Flips:
    """Directed flips of one direction: under the swap, and under the control if there is one."""

    swap: BoolArray  # (n,)
    control: BoolArray | None

    @property
    def difference(self) -> FloatArray:
        """Swap minus control of each row, shape (n,), in -1..1."""
        return self.swap.astype(np.float64) - (0.0 if self.control is None else self.control)


def swap_reliance(
    rows: Rows,
    predicted: IntArray,
    twin_predicted: IntArray,
    twin_cue: IntArray,
    control_predicted: IntArray | None,
    *,
    association: IntArray,
    level: float,
) -> Reliance:
    """Directed flips under a cue swap minus the same flips under the control.

    A changed prediction goes *with* the training association when it moves to the class of the new cue, or
    leaves the class of the old one; *against* when it moves to the class of the old cue or leaves that of
    the new one; one that does both is neither. Flips in either direction are read as well: a cue that turns
    the meaning of the evidence over moves answers both ways. The control keeps the cue and redraws the
    surroundings, and is read with the same two cues, so what is left is not fragility. Reliance is the
    largest of the three. It is a maximum: the upper bound is the largest of three bounds at ``level`` (no
    correction, as for any intersection-union test), the lower bound the largest of three at ``level / 3``.

    Parameters
    ----------
    rows : Rows, n of them                    rows that have a twin
    predicted, twin_predicted : int (n,)      class of the row and of its twin
    twin_cue : int (n,)                       cue of the twin
    control_predicted : int (n,) or None      class of the control
    association : int (k,)                    class of each cue value, from ``training_association``
    level : float

    Returns
    -------
    Reliance, kind "swap"; "swap_only" without a control: fragility is not taken off, so only its upper bound
    may be used; "none" where no row has a direction. Rows whose two cues go with the same class have none
    and are left out. Repeated clusters count as their effective number of rows, the worst case.
    """
    given = [("predicted", predicted), ("twin_predicted", twin_predicted), ("twin_cue", twin_cue)]
    for name, array in [*given, ("control_predicted", predicted if control_predicted is None else control_predicted)]:
        check_length(name, array, len(rows))
    old, new = association[rows.cue], association[twin_cue]
    directed = old != new
    if not directed.any():
        return no_reliance("no row has a twin whose cue goes with another class in training")
    rows, old, new, before = rows.take(directed), old[directed], new[directed], predicted[directed]
    swap = _directed_flips(before, twin_predicted[directed], old, new)
    control = None if control_predicted is None else _directed_flips(before, control_predicted[directed], old, new)
    flips = [_Flips(swap[d], None if control is None else control[d]) for d in range(len(DIRECTIONS))]
    left_out = int((~directed).sum())
    reason = f"{left_out} rows left out: both cue values go with the same class" if left_out else None
    return _reliance(rows, flips, level=level, reason=reason)


def no_reliance(reason: str) -> Reliance:
    """The table of a head whose reliance cannot be measured."""
    return Reliance("none", reason, 0, None, None, None, None, None, None, None, None, ())


def _directed_flips(before: IntArray, after: IntArray, old: IntArray, new: IntArray) -> tuple[BoolArray, ...]:
    """Flips with the association, against it, and in either direction, shape (n,) each."""
    changed = before != after
    along = changed & ((after == new) | (before == old))
    counter = changed & ((before == new) | (after == old))
    return along & ~counter, counter & ~along, changed


def _reliance(rows: Rows, flips: list[_Flips], *, level: float, reason: str | None) -> Reliance:
    whole = np.zeros(len(rows), dtype=np.int64)
    top = int(np.argmax([each.difference.mean() for each in flips]))
    chosen = flips[top]
    low, high = _ends(_tally(rows, [chosen], whole, 1))
    lowers, uppers = _bounds(_tally(rows, flips, whole, 1), level=level)
    return Reliance(
        kind="swap_only" if chosen.control is None else "swap",
        reason=reason,
        n=len(rows),
        swap=float(chosen.swap.mean()),
        control=None if chosen.control is None else float(chosen.control.mean()),
        number=float(chosen.difference.mean()),
        low=float(low[0, 0]),
        high=float(high[0, 0]),
        lower_bound=float(lowers.max()),
        upper_bound=float(uppers.max()),
        direction=DIRECTIONS[top],
        groups=_group_rows(rows, chosen),
    )


@dataclass(frozen=True)
class _Tally:
    """Effective rows that flip under the swap alone and under the control alone, shape (directions, parts) each."""

    up: FloatArray
    down: FloatArray
    n: FloatArray  # (parts,)
    control: bool


def _tally(rows: Rows, flips: list[_Flips], part: IntArray, n_parts: int) -> _Tally:
    counted = effective_n(part, rows.cluster, n_parts)
    scale = counted / np.maximum(np.bincount(part, minlength=n_parts), 1)
    moves = [each.difference for each in flips]
    up = [np.bincount(part, weights=move > 0, minlength=n_parts) * scale for move in moves]
    down = [np.bincount(part, weights=move < 0, minlength=n_parts) * scale for move in moves]
    return _Tally(np.stack(up), np.stack(down), counted, flips[0].control is not None)


def _ends(tally: _Tally) -> tuple[FloatArray, FloatArray]:
    """Two-sided 95 % ends of the mean difference, for the eye, shape (directions, parts) each."""
    if tally.control:
        return tango(tally.up, tally.down, tally.n)
    return wilson(tally.up, tally.n)


def _bounds(tally: _Tally, *, level: float) -> tuple[FloatArray, FloatArray]:
    """Lower bounds at ``level`` over the number of directions and upper bounds at ``level``, the same shapes."""
    up, down, n, shared = tally.up, tally.down, tally.n, level / len(tally.up)
    if not tally.control:
        return clopper_pearson_lower(up, n, level=shared), clopper_pearson_upper(up, n, level=level)
    levels = np.array([shared, level])[:, None, None]
    lower, minus_upper = tango_bound(np.stack([up, down]), np.stack([down, up]), n, level=levels)
    return lower, -minus_upper


def _group_rows(rows: Rows, flips: _Flips) -> tuple[RelianceRow, ...]:
    n = np.bincount(rows.group, minlength=rows.n_groups)
    low, high = _ends(_tally(rows, [flips], rows.group, rows.n_groups))
    columns = [_group_mean(rows, flips.swap, n)]
    columns += [np.full(rows.n_groups, np.nan) if flips.control is None else _group_mean(rows, flips.control, n)]
    columns += [_group_mean(rows, flips.difference, n), low[0], high[0]]
    return tuple(
        RelianceRow(name, size, *(plain(value) for value in numbers))
        for name, size, numbers in zip(rows.naming.groups, n.tolist(), np.stack(columns, axis=1).tolist())
    )


def _group_mean(rows: Rows, values: FloatArray | BoolArray, n: IntArray) -> FloatArray:
    total = np.bincount(rows.group, weights=values, minlength=rows.n_groups)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)
