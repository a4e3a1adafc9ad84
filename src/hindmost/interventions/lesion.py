"""An estimate of where the lesion is, for photographs of skin that come without a mask."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_closing, binary_fill_holes, gaussian_filter, label

from hindmost.core.rows import BoolArray, FloatArray
from hindmost.interventions.colour_rule import hsv
from hindmost.interventions.frame import Pixels, check_image

_BLACK = 0.15  # value under which a pixel at the frame is a dark corner
_REACH = 0.55  # of the centre prior, in half sides: how far from the centre a lesion is still likely
_FEW = 0.002  # share of the picture under which the estimate falls back on the prior alone


def estimate_lesion(image: Pixels) -> BoolArray:
    """Where the skin is darker or more saturated than around it, most of all near the centre.

    A rough estimate, good enough to lay a patch beside the lesion and not on it; it is no segmentation. Each
    pixel's drop in value plus half its gain in saturation against the median of the picture is smoothed,
    weighted by a Gaussian around the centre, and cut at Otsu's threshold. Where almost nothing
    stands out, a disc of a fifth of the shorter side around the centre is taken.

    Parameters
    ----------
    image : uint8 array, shape (h, w, 3)

    Returns
    -------
    bool array, shape (h, w); never empty
    """
    check_image(image)
    _, saturation, value = hsv(image)
    skin = ~_dark_corners(value)
    darker = np.median(value[skin]) - value if skin.any() else np.zeros_like(value)
    stronger = saturation - np.median(saturation[skin]) if skin.any() else np.zeros_like(value)
    smooth = gaussian_filter(np.where(skin, darker.clip(0) + 0.5 * stronger.clip(0), 0.0), 0.012 * max(value.shape))
    distance = _from_centre(value.shape)
    evidence = smooth * np.exp(-0.5 * (distance / _REACH) ** 2)
    found = binary_fill_holes(binary_closing(evidence > otsu(evidence), iterations=2))
    pieces, count = label(found)
    weight = np.bincount(pieces.ravel(), weights=evidence.ravel(), minlength=count + 1)
    weight[0] = 0
    kept = np.asarray((weight >= 0.25 * weight.max())[pieces] & found)
    return kept if kept.mean() >= _FEW else np.asarray(distance <= 0.4)


def otsu(values: FloatArray, bins: int = 64) -> float:
    """The threshold that parts values into two classes of least variance within; the maximum if all are alike.

    References
    ----------
    Otsu (1979), IEEE Transactions on Systems, Man, and Cybernetics 9, 62-66.
    """
    counts, edges = np.histogram(values, bins=bins)
    centres = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()[:-1]
    above = counts.sum() - below
    sums = (counts * centres).cumsum()
    both = (below > 0) & (above > 0)
    if not both.any() or values.max() == values.min():
        return float(values.max())
    difference = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float(edges[1:-1][int(np.argmax(np.where(both, below * above * difference**2, -1.0)))])


def _dark_corners(value: FloatArray) -> BoolArray:
    """Black pixels that hang together with the frame."""
    pieces, _ = label(value < _BLACK)
    frame = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    return np.asarray(np.isin(pieces, np.unique(frame[frame > 0])))


def _from_centre(shape: tuple[int, ...]) -> FloatArray:
    """Distance from the centre in half sides, shape (h, w)."""
    rows, columns = (np.linspace(-1, 1, size) for size in shape)
    return np.asarray(np.hypot(rows[:, None], columns[None, :]))
