"""The measures of maps over groups: means, paired changes, and what of them is beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.clusters import pieces
from hindmost.core.errors import InputError
from hindmost.core.map_measures import MapMeasure, MapMeasureRow, Region, Side
from hindmost.core.rows import BoolArray, FloatArray, Rows
from hindmost.evals._check import check_length, plain
from hindmost.evals._max_t import step_down
from hindmost.evals.map_measures import MEASURES, region_measures

DRAWS = 2_000
SIDES: tuple[Side, ...] = ("for", "against")


@dataclass(frozen=True)
class RegionMasks:
    """One region of every image.

    Parameters
    ----------
    masks : float array (n, h, w), in 0..1   share of each cell that the region covers
    known : bool array (n,)                  the region of this image is known, and not known to be poor
    """

    masks: NDArray[np.floating]
    known: BoolArray


def map_measures(
    rows: Rows, maps: Mapping[str, FloatArray], regions: Mapping[Region, RegionMasks], baseline: str, *, seed: int
) -> dict[str, tuple[MapMeasure, ...]]:
    """Every measure, region and side of every head; maps are measured raw.

    Evidence for the true class and evidence against it are measured apart: in a minority group the cue
    argues against the label, so what it adds stands in the negative part.

    Parameters
    ----------
    rows : Rows, n of them
    maps : mapping of head to float array (n, h, w)    raw margin evidence
    regions : mapping of "core" and "cue" to RegionMasks
    baseline : str                                     the head that changes are measured against
    seed : int

    Returns
    -------
    dict of tuples of MapMeasure. Intervals are percentiles of 2,000 bootstrap draws within groups, by cluster
    where rows have one; None under two clusters. ``p_adjusted``: see ``step_down``.

    Raises
    ------
    InputError
        Lengths differ, no region came, or the baseline has no maps.
    """
    if not regions:
        raise InputError("No region came. Pass the masks of the core region, of the cue, or of both.")
    if baseline not in maps:
        raise InputError(f"The maps hold {', '.join(maps)}, but not the baseline {baseline!r}. Pass its maps too.")
    for name, array in maps.items():
        check_length(name, array, len(rows))
    for region, each in regions.items():
        check_length(f"masks of the {region} region", each.masks, len(rows))
        check_length(f"known of the {region} region", each.known, len(rows))
    names = list(maps)
    values = _values(np.stack([maps[name] for name in names]), regions)  # (H, n, k)
    held = _has_mask(regions)  # (n, k)
    base = values[names.index(baseline)]
    draw = _Draws.of(rows, seed)
    return {
        name: _tables(rows, regions, one, held, None if name == baseline else one - base, draw, seed)
        for name, one in zip(names, values, strict=True)
    }


def _values(evidence: FloatArray, regions: Mapping[Region, RegionMasks]) -> FloatArray:
    """Columns in the order region, side, measure; shape (H, n, k)."""
    signs = np.stack([np.maximum(evidence, 0.0), np.maximum(-evidence, 0.0)])  # (2, H, n, h, w)
    blocks = [
        np.where(each.known, np.moveaxis(region_measures(signs, each.masks), 0, 1), np.nan)  # (2, 6, H, n)
        for each in regions.values()
    ]
    k = len(blocks) * len(SIDES) * len(MEASURES)
    return np.moveaxis(np.stack(blocks).reshape(k, *evidence.shape[:2]), 0, -1)


def _has_mask(regions: Mapping[Region, RegionMasks]) -> BoolArray:
    known = [each.known & (each.masks.sum(axis=(1, 2)) > 0) for each in regions.values()]
    return np.repeat(np.stack(known, axis=1), len(SIDES) * len(MEASURES), axis=1)


@dataclass(frozen=True)
class _Draws:
    """How often each cluster's rows are drawn, the same for every head."""

    group: list[tuple[NDArray[np.intp], FloatArray]]  # rows of the group (m,), counts of each in a draw (draws, m)

    @classmethod
    def of(cls, rows: Rows, seed: int) -> _Draws:
        return cls([_draw(rows, g, seed) for g in range(rows.n_groups)])

    def mean(self, g: int, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Ends of the interval of the column means over one group, shape (k,) each; nan under two clusters."""
        where, counts = self.group[g]
        known = ~np.isnan(values[where])
        if not len(counts):
            return np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
        total = counts @ np.where(known, values[where], 0.0)
        n = counts @ known.astype(np.float64)
        drawn = np.where(n > 0, total / np.maximum(n, 1), np.nan)  # (draws, k)
        some = known.sum(axis=0) > 1
        ends = np.full((2, values.shape[1]), np.nan)
        ends[:, some] = np.nanquantile(drawn[:, some], [0.025, 0.975], axis=0)
        return ends[0], ends[1]


def _draw(rows: Rows, g: int, seed: int) -> tuple[NDArray[np.intp], FloatArray]:
    where = np.flatnonzero(rows.group == g)
    found = pieces(rows.group[where], None if rows.cluster is None else rows.cluster[where])
    m = len(found.part)
    if m < 2:
        return where, np.zeros((0, len(where)))
    counts = np.random.default_rng([seed, g]).multinomial(m, np.full(m, 1 / m), size=DRAWS)
    return where, counts[:, found.of_row].astype(np.float64)


def _tables(
    rows: Rows,
    regions: Mapping[Region, RegionMasks],
    values: FloatArray,
    held: BoolArray,
    change: FloatArray | None,
    draws: _Draws,
    seed: int,
) -> tuple[MapMeasure, ...]:
    keys = [(measure, region, side) for region in regions for side in SIDES for measure in MEASURES]
    moved = np.full_like(values, np.nan) if change is None else change
    p = _adjusted(rows, moved, seed)
    lines = [_group_rows(rows, g, values, held, moved, p[g], draws) for g in range(rows.n_groups)]
    return tuple(MapMeasure(*key, tuple(line[k] for line in lines)) for k, key in enumerate(keys))


def _adjusted(rows: Rows, change: FloatArray, seed: int) -> FloatArray:
    """One family: every measure in every group, shape (groups, k)."""
    n, k = change.shape
    wide = np.full((n, rows.n_groups, k), np.nan)
    wide[np.arange(n), rows.group] = change
    cluster = np.arange(n) if rows.cluster is None else rows.cluster
    return step_down(wide.reshape(n, -1), cluster, seed=seed).reshape(rows.n_groups, k)


def _group_rows(
    rows: Rows, g: int, values: FloatArray, held: BoolArray, change: FloatArray, p: FloatArray, draws: _Draws
) -> list[MapMeasureRow]:
    mine, name = rows.group == g, rows.naming.groups[g]
    n, paired = (_count(each[mine]) for each in (values, change))
    excluded = held[mine].sum(axis=0) - n
    columns = [_mean(values[mine]), *draws.mean(g, values), _mean(change[mine]), *draws.mean(g, change), p]
    lines = []
    for k, line in enumerate(np.stack(columns, axis=1).tolist()):
        value, low, high, *changes = (plain(x) for x in line)
        lines.append(MapMeasureRow(name, int(n[k]), int(excluded[k]), value, low, high, int(paired[k]), *changes))
    return lines


def _count(values: FloatArray) -> NDArray[np.intp]:
    return (~np.isnan(values)).sum(axis=0)


def _mean(values: FloatArray) -> FloatArray:
    n = _count(values)
    return np.where(n > 0, np.nansum(values, axis=0) / np.maximum(n, 1), np.nan)
