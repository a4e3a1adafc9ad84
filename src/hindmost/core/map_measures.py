"""Tables of where evidence lies against a region of the image, for one head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Region = Literal["core", "cue"]
Side = Literal["for", "against"]


@dataclass(frozen=True)
class MapMeasureRow:
    """One measure over the images of one group; None where nothing can be said."""

    name: str
    n: int  # images measured
    excluded: int  # images with a mask on which this measure is not defined
    value: float | None  # mean over images
    low: float | None  # two-sided 95 % bootstrap interval of the mean
    high: float | None
    n_paired: int  # images measured under this head and the baseline; 0 for the baseline itself
    change: float | None  # mean of head minus baseline, image by image
    change_low: float | None
    change_high: float | None
    p_adjusted: float | None  # sign flips, step-down over all measures, regions, sides and groups of this head


@dataclass(frozen=True)
class MapMeasure:
    """One measure of one head, group by group.

    ``measure``: "mass", "lift", "rank", "auc", "pointing" or "density". ``side``: the evidence for the true
    class, or that against it. ``region``: the core region, or that of the cue.
    """

    measure: str
    region: Region
    side: Side
    groups: tuple[MapMeasureRow, ...]
