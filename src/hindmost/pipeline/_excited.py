"""Step: the images that excite single features, where on them each is active, and which of them are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hindmost.core.excited import Cells, ExcitedRow, FeaturePlace, UsualLift
from hindmost.core.tables import Thumbnail
from hindmost.evals.excited import IMAGES
from hindmost.evals.feature_place import active_inside, feature_place, usual_lift
from hindmost.pipeline._maps import Maps
from hindmost.pipeline._seen import Pictures, Seen
from hindmost.pipeline._thumbnails import MOST, bare_thumbnail, grid


@dataclass(frozen=True)
class _Images:
    """The images that excite some feature.

    Parameters
    ----------
    at : dict of id to place in the arrays
    positions : int array (m,)                 rows of the features
    maps : float32 array (m, d, h, w) or None  None: the network has no maps
    masks : float array (m, h, w) or None
    usable : bool array (m,)                   a core mask exists and is not known to be poor
    """

    at: Mapping[str, int]
    positions: np.ndarray
    maps: np.ndarray | None
    masks: np.ndarray | None
    usable: np.ndarray


def look_at_excited(
    seen: Seen, found: tuple[ExcitedRow, ...], maps: Maps | None, shown: tuple[Thumbnail, ...], seed: int, *, show: bool
) -> tuple[tuple[ExcitedRow, ...], tuple[Thumbnail, ...]]:
    """Say where each feature is active, and add its images to those that are shown, up to 24 in all.

    Parameters
    ----------
    found : tuple of ExcitedRow     ids of the images
    shown : tuple of Thumbnail      what the groups took of the 24; an image among them is not added again
    show : bool                     False: no image is added

    Returns
    -------
    tuple of ExcitedRow    with shares inside the core mask, and the planes of the images that are shown
    tuple of Thumbnail     ``shown`` and after it the images that were added, without maps of heads
    """
    if seen.pictures is None or not found:
        return found, shown
    images = _images(seen, seen.pictures, found)
    more = _turns(found, {one.id for one in shown})[: MOST - len(shown)] if show else []
    thumbnails = (*shown, *(_thumbnail(seen, seen.pictures, images, id) for id in more))
    if images.maps is None:
        return found, thumbnails
    pictured = {one.id for one in thumbnails}
    return tuple(_located(seen, one, images, maps, pictured, seed) for one in found), thumbnails


def _turns(found: Sequence[ExcitedRow], taken: Collection[str]) -> list[str]:
    """New ids in the order in which they are shown: the first image of every feature, then the second, then the third.

    In each turn the heaviest feature of every kind comes first, then the second of every kind.
    """
    before = [sum(other.kind == one.kind for other in found[:i]) for i, one in enumerate(found)]
    order = sorted(range(len(found)), key=lambda i: before[i])
    ids = [found[i].ids[turn] for turn in range(IMAGES) for i in order if turn < len(found[i].ids)]
    return [id for id in dict.fromkeys(ids) if id not in taken]


def _images(seen: Seen, pictures: Pictures, found: tuple[ExcitedRow, ...]) -> _Images:
    ids = seen.features.rows.ids
    positions = np.flatnonzero(np.isin(ids, [id for one in found for id in one.ids]))
    at = {str(ids[position]): i for i, position in enumerate(positions.tolist())}
    poor = np.asarray(pictures.images.poor_mask, dtype=bool)[positions]
    if seen.probes is None or seen.maps_reason is not None:
        return _Images(at, positions, None, None, ~poor)
    maps = seen.probes.activations(seen.given, positions)
    cells = (maps.shape[2], maps.shape[3])
    masks = [pictures.mask(position, cells) for position in positions.tolist()]
    known = np.array([mask is not None for mask in masks], dtype=bool)
    empty = np.zeros(cells)
    return _Images(at, positions, maps, np.stack([empty if mask is None else mask for mask in masks]), known & ~poor)


def _thumbnail(seen: Seen, pictures: Pictures, images: _Images, id: str) -> Thumbnail:
    i = images.at[id]
    mask = None if images.masks is None or not images.masks[i].any() else images.masks[i]
    return bare_thumbnail(seen.features.rows, int(images.positions[i]), mask, pictures.jpeg)


def _located(
    seen: Seen, one: ExcitedRow, images: _Images, maps: Maps | None, pictured: Collection[str], seed: int
) -> ExcitedRow:
    """One feature with its planes and its shares inside the core mask."""
    assert images.maps is not None
    assert images.masks is not None
    at = [images.at[id] for id in one.ids]
    activity = images.maps[at, one.feature]  # (images, h, w)
    mass, area = active_inside(activity, images.masks[at])
    known = images.usable[at] & ~np.isnan(mass)
    planes: list[Cells | None] = [grid(cells) if id in pictured else None for id, cells in zip(one.ids, activity)]
    return replace(
        one,
        inside=tuple(float(m) if k else None for m, k in zip(mass, known)),
        area=tuple(float(a) if k else None for a, k in zip(area, known)),
        planes=tuple(planes),
        place=_place(seen, one.feature, maps, seed),
    )


def _place(seen: Seen, feature: int, maps: Maps | None, seed: int) -> FeaturePlace | None:
    """Over the images whose maps are kept."""
    if maps is None or seen.activations is None:
        return None
    rows = seen.features.rows
    cluster = None if rows.cluster is None else rows.cluster[maps.positions]
    values = seen.features.X[maps.positions, feature]
    activity = seen.activations.maps[:, feature]
    return feature_place(values, activity, maps.masks, maps.has_mask & ~maps.poor, cluster, seed=seed)


def lift_of_all(seen: Seen, maps: Maps | None) -> UsualLift | None:
    """What to hold the lift of single features against."""
    if maps is None or seen.activations is None:
        return None
    return usual_lift(seen.features.X[maps.positions], seen.activations.maps, maps.masks, maps.has_mask & ~maps.poor)
