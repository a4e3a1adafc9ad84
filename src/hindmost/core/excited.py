"""Images that most excite single features, and where on them a feature is active.

Fractions everywhere; None where nothing can be said. Plain Python values only, so that ``asdict`` gives JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Excited = Literal["dropped core", "dropped cue", "kept core"]
Cells = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class FeaturePlace:
    """Where one feature is active in the images with a core mask in which it is largest.

    ``mass`` is the mean share of its positive activation inside the mask, ``area`` the mean share of the image that
    the mask covers, ``lift`` the mean of their ratio: 1 is activity spread evenly.
    """

    n: int
    mass: float
    area: float
    lift: float
    low: float | None  # two-sided 95 % interval of the lift
    high: float | None


@dataclass(frozen=True)
class UsualLift:
    """The same lift over all features of a network: what any of them has, because objects tend to be in the middle."""

    n: int  # features
    median: float
    low: float  # first quartile
    high: float  # third quartile


@dataclass(frozen=True)
class ExcitedRow:
    """The test images in which one feature is largest, the largest first."""

    kind: Excited
    feature: int
    share: float  # dropped: of the lost margin weight; kept: of the head's
    zeroed: bool
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[float, ...]  # of the feature, in its sd over training rows above its mean over test rows
    inside: tuple[float | None, ...] = ()  # of each image: share of positive activation inside the core mask
    area: tuple[float | None, ...] = ()  # of each image: share that the core mask covers
    planes: tuple[Cells | None, ...] = ()  # activation by cell; None: the image is not shown. Empty: no maps
    place: FeaturePlace | None = None  # None: no maps, or no image with a core mask
