"""Positive evidence inside the core mask, as lift over the mask's area."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.core.tables import MapRow, MapTable
from hindmost.evals._check import check_length
from hindmost.evals._mean_interval import mean_interval


@dataclass(frozen=True)
class _Measured:
    """Shares of each row; ``lift`` is nan where nothing can be measured."""

    mass: FloatArray  # (n,)
    area: FloatArray  # (n,)
    lift: FloatArray  # (n,)


def localisation(
    rows: Rows,
    maps: dict[str, FloatArray],
    masks: FloatArray,
    has_mask: BoolArray,
    poor: BoolArray,
    baseline: str,
    *,
    seed: int,
) -> dict[str, MapTable]:
    """Mass of positive evidence inside the mask over the mask's area, per head and group.

    Maps are measured raw: scaling each to 0..1 first would move the ratio. A lift of 1 is evidence spread
    evenly. Images without a mask (or with an empty one) are left out; images with a mask and without any
    positive evidence are excluded and counted.

    Parameters
    ----------
    rows : Rows, n of them
    maps : dict of float arrays (n, h, w)    raw margin evidence of each head
    masks : float array (n, h, w)            share of each cell that the core mask covers, in 0..1
    has_mask, poor : bool arrays (n,)        a mask exists; it is known to be poor
    baseline : str                           the head that the change is measured against
    seed : int                               drives the bootstrap

    Returns
    -------
    dict of MapTable. Intervals are percentiles of 2,000 bootstrap draws within groups, by cluster where rows
    have one; None under two clusters. The change pairs images that both heads measure; the baseline has none.
    """
    for name, array in [("masks", masks), ("has_mask", has_mask), ("poor", poor), *maps.items()]:
        check_length(name, array, len(rows))
    usable = has_mask & (masks.sum(axis=(1, 2)) > 0)
    measured = {name: _measure(evidence, masks, usable) for name, evidence in maps.items()}
    tables = {}
    for name, each in measured.items():
        table = MapTable(
            _map_rows(rows, each, usable, seed), _map_rows(rows, each, usable & ~poor, seed), None, None, None, 0
        )
        tables[name] = table if name == baseline else _with_change(table, rows, each, measured[baseline], seed)
    return tables


def _measure(evidence: FloatArray, masks: FloatArray, usable: BoolArray) -> _Measured:
    """Mass, area and lift of each row."""
    if evidence.shape != masks.shape:
        raise InputError(
            f"maps have shape {evidence.shape}, masks {masks.shape}. Average the masks to the map's cells."
        )
    positive = np.maximum(evidence, 0.0)
    total = positive.sum(axis=(1, 2))
    area = masks.mean(axis=(1, 2))
    known = usable & (total > 0)
    mass = np.where(known, (positive * masks).sum(axis=(1, 2)) / np.where(known, total, 1.0), np.nan)
    return _Measured(mass, area, np.where(known, mass / np.where(known, area, 1.0), np.nan))


def _map_rows(rows: Rows, measured: _Measured, usable: BoolArray, seed: int) -> tuple[MapRow, ...]:
    shown = usable & ~np.isnan(measured.lift)
    excluded = np.bincount(rows.group[usable & ~shown], minlength=rows.n_groups).tolist()
    return tuple(
        _map_row(rows, measured, np.flatnonzero(shown & (rows.group == g)), g, excluded[g], seed)
        for g in range(rows.n_groups)
    )


def _map_row(rows: Rows, measured: _Measured, where: IntArray, g: int, excluded: int, seed: int) -> MapRow:
    name = rows.naming.groups[g]
    if not len(where):
        return MapRow(name, 0, excluded, None, None, None, None, None)
    low, high = _interval(rows, measured.lift, where, seed)
    mass, area, lift = (float(values[where].mean()) for values in (measured.mass, measured.area, measured.lift))
    return MapRow(name, len(where), excluded, mass, area, lift, low, high)


def _with_change(table: MapTable, rows: Rows, measured: _Measured, baseline: _Measured, seed: int) -> MapTable:
    """The table with the mean change of lift over images that both heads measure."""
    change = measured.lift - baseline.lift
    where = np.flatnonzero(~np.isnan(change))
    if not len(where):
        return table
    low, high = _interval(rows, change, where, seed)
    return replace(table, change_low=low, change=float(change[where].mean()), change_high=high, n_paired=len(where))


def _interval(rows: Rows, values: FloatArray, where: IntArray, seed: int) -> tuple[float | None, float | None]:
    cluster = None if rows.cluster is None else rows.cluster[where]
    return mean_interval(values[where], rows.group[where], cluster, seed)
