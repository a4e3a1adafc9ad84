"""Step: maps measured against the core region and the region of the cue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.features import Features
from hindmost.core.map_measures import MapMeasure, Region
from hindmost.evals.map_groups import RegionMasks, map_measures
from hindmost.pipeline._maps import Maps
from hindmost.pipeline._seen import Pictures

CUE_MASKS = "cue masks came with the data"
OUTSIDE_CORE = "the cue is everything outside the core mask, as the data card says"
NOT_KNOWN = "not measured: no row has a cue mask, and the data card does not say cue_region: outside_core"


@dataclass(frozen=True)
class MapEvidence:
    """Measures of every head, and how the region of the cue is known, or why it is not."""

    measures: dict[str, tuple[MapMeasure, ...]]
    cue_region: str


def measure_maps(features: Features, maps: Maps, pictures: Pictures, baseline: str, seed: int) -> MapEvidence | None:
    """Every measure of every head; None where no row has a mask. Masks known to be poor are left out."""
    cue, how = region_of_cue(maps, pictures)
    found: dict[Region, RegionMasks] = {"core": RegionMasks(maps.masks, maps.has_mask & ~maps.poor), "cue": cue}
    regions = {region: each for region, each in found.items() if each.known.any()}
    if not regions:
        return None
    rows = features.rows.take(maps.positions)
    return MapEvidence(map_measures(rows, maps.by_head, regions, baseline, seed=seed), how)


def region_of_cue(maps: Maps, pictures: Pictures) -> tuple[RegionMasks, str]:
    """Masks of the cue where files hold them; else what the card says; else none."""
    cells = (maps.masks.shape[1], maps.masks.shape[2])
    found = [pictures.cue_mask(int(position), cells) for position in maps.positions]
    known = np.asarray([mask is not None for mask in found], dtype=bool)
    if known.any():
        empty = np.zeros(cells)
        return RegionMasks(np.stack([empty if mask is None else mask for mask in found]), known), CUE_MASKS
    if pictures.images.cue_outside_core and maps.has_mask.any():
        return RegionMasks(1.0 - maps.masks, maps.has_mask & ~maps.poor), OUTSIDE_CORE
    return RegionMasks(np.zeros_like(maps.masks), known), NOT_KNOWN
