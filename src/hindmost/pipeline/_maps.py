"""Step: where the evidence lies, for chosen test rows and every head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hindmost.core.features import Activations, Features
from hindmost.core.head import Head, runner_up
from hindmost.core.tables import MapTable
from hindmost.evals.cam import margin_maps
from hindmost.evals.localisation import localisation


@dataclass(frozen=True)
class Maps:
    """Raw margin maps of chosen rows and the masks that belong to them.

    Parameters
    ----------
    positions : int array (m,)                 rows of the features
    by_head : dict of float arrays (m, h, w)   margin evidence per cell
    masks : float array (m, h, w)              share of each cell inside the core mask; 0 where none
    has_mask, poor : bool arrays (m,)
    """

    positions: np.ndarray
    by_head: dict[str, np.ndarray]
    masks: np.ndarray
    has_mask: np.ndarray
    poor: np.ndarray


def draw_maps(
    features: Features,
    activations: Activations,
    heads: dict[str, Head],
    baseline: str,
    masks: Callable[[int, tuple[int, int]], np.ndarray | None],
    poor: np.ndarray,
) -> Maps:
    """Margin maps of all heads from the stored activations; the baseline's runner-up is the rival."""
    chosen = activations.positions
    y = features.rows.y[chosen]
    rival = runner_up(heads[baseline].logits(features.X[chosen]), y)
    drawn = margin_maps(activations.maps, list(heads.values()), y, rival)
    cells = (activations.maps.shape[2], activations.maps.shape[3])
    found = [masks(int(position), cells) for position in chosen]
    empty = np.zeros(cells)
    return Maps(
        chosen,
        dict(zip(heads, drawn, strict=True)),
        np.stack([empty if mask is None else mask for mask in found]) if found else np.zeros((0, *cells)),
        np.asarray([mask is not None for mask in found], dtype=bool),
        poor[chosen],
    )


def locate(features: Features, maps: Maps, baseline: str, seed: int) -> dict[str, MapTable] | None:
    """Positive evidence inside the core mask, per head; None where no row has a mask."""
    if not maps.has_mask.any():
        return None
    return localisation(
        features.rows.take(maps.positions), maps.by_head, maps.masks, maps.has_mask, maps.poor, baseline, seed=seed
    )
