"""Where in images one feature is active: inside the core region, or around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hindmost.core.excited import FeaturePlace, UsualLift
from hindmost.core.rows import BoolArray, FloatArray, IntArray
from hindmost.evals._check import check_length
from hindmost.evals._mean_interval import mean_interval
from hindmost.evals.map_measures import region_measures

PART = 0.1  # of the images with a mask: those in which the feature is largest
LEAST = 20  # of them, where there are as many
_ROWS = 64  # held in float64 at a time


def active_inside(activity: NDArray[np.floating], masks: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of each image's positive activation inside the mask, and share of the image that the mask covers.

    nan where nothing is positive, or the mask covers nothing.

    Parameters
    ----------
    activity : float array, shape (n, h, w)    activation of one feature in each cell
    masks : float array, shape (n, h, w)       share of each cell inside the core mask, in 0..1

    Returns
    -------
    mass, area : float arrays, shape (n,), in [0, 1]
    """
    mass, lift = region_measures(np.maximum(activity, 0.0).astype(np.float64), masks)[:2]
    return mass, np.where(np.isnan(lift), np.nan, masks.mean(axis=(1, 2), dtype=np.float64))


def feature_place(
    values: NDArray[np.floating],
    activity: NDArray[np.floating],
    masks: FloatArray,
    usable: BoolArray,
    cluster: IntArray | None,
    *,
    seed: int,
) -> FeaturePlace | None:
    """Mean mass, area and lift over a tenth of the images with a usable mask: those with the largest values.

    At least 20 images, or all where there are fewer; images without positive activation are left out.

    Parameters
    ----------
    values : float array, shape (n,)                 the feature
    activity, masks : float arrays, shape (n, h, w)  its activation by cell; share of each cell inside the core mask
    usable : bool array, shape (n,)                  a mask exists and is not known to be poor
    cluster : int array, shape (n,), or None         images with one id are drawn together
    seed : int                                       drives the bootstrap of 2,000 draws

    Returns
    -------
    FeaturePlace, or None where no image is left
    """
    for name, array in (("activity", activity), ("masks", masks), ("usable", usable)):
        check_length(name, array, len(values))
    mass, area = active_inside(activity, masks)
    known = np.flatnonzero(usable & ~np.isnan(mass))
    if not len(known):
        return None
    most = int(_most(len(known)))
    top = known[np.argsort(-values[known].astype(np.float64), kind="stable")[:most]]
    lift = mass[top] / area[top]
    drawn_with = None if cluster is None else cluster[top]
    low, high = mean_interval(lift, np.zeros(len(top), dtype=np.int64), drawn_with, seed)
    return FeaturePlace(len(top), float(mass[top].mean()), float(area[top].mean()), float(lift.mean()), low, high)


def usual_lift(
    X: NDArray[np.floating], maps: NDArray[np.float32], masks: FloatArray, usable: BoolArray
) -> UsualLift | None:
    """Median and quartiles of the lift of every feature, each over the images in which it is largest.

    Parameters
    ----------
    X : float array, shape (n, d)               features
    maps : float32 array, shape (n, d, h, w)    their activations by cell
    masks : float array, shape (n, h, w)
    usable : bool array, shape (n,)

    Returns
    -------
    UsualLift, or None where no feature is active in an image with a usable mask
    """
    check_length("maps", maps, len(X))
    lift = _lifts(maps, masks)
    lift[~usable] = np.nan
    largest = np.argsort(np.where(np.isnan(lift), np.inf, -X.astype(np.float64)), axis=0, kind="stable")
    sorted_lift = np.take_along_axis(lift, largest, axis=0)
    known = (~np.isnan(lift)).sum(axis=0)
    chosen = np.arange(len(X))[:, None] < np.minimum(known, _most(known))
    found = known > 0
    if not found.any():
        return None
    means = np.where(chosen, sorted_lift, 0.0).sum(axis=0)[found] / chosen.sum(axis=0)[found]
    low, median, high = np.quantile(means, [0.25, 0.5, 0.75])
    return UsualLift(int(found.sum()), float(median), float(low), float(high))


def _lifts(maps: NDArray[np.float32], masks: FloatArray) -> FloatArray:
    """Mass inside the mask over its area for every image and feature, shape (n, d); nan where not defined."""
    n, d = maps.shape[:2]
    share = masks.reshape(n, -1).astype(np.float64)
    lift = np.empty((n, d))
    for start in range(0, n, _ROWS):
        part = slice(start, start + _ROWS)
        positive = np.maximum(maps[part].reshape(len(maps[part]), d, -1), 0).astype(np.float64)
        total = positive.sum(axis=2) * share[part].mean(axis=1)[:, None]
        inside = np.matmul(positive, share[part, :, None])[..., 0]
        lift[part] = np.divide(inside, total, out=np.full_like(total, np.nan), where=total > 0)
    return lift


def _most(n: int | IntArray) -> IntArray:
    """How many of n images count as those in which a feature is largest."""
    return np.maximum(LEAST, (PART * np.asarray(n)).astype(np.int64))
