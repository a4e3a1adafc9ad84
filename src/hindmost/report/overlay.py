"""Evidence maps drawn over a photograph, as the content of one small SVG."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from hindmost.core.tables import Thumbnail

LEVELS = 8  # steps of opacity: enough for the eye, few enough for a small page
STRONGEST = 0.86  # opacity of the strongest cell: the photograph still shows through
Cells = tuple[tuple[float, ...], ...]


def scale(thumbnail: Thumbnail) -> float:
    """Largest absolute evidence over every map of one image: the strength of full colour."""
    sizes = [float(np.abs(np.asarray(cells)).max()) for cells in thumbnail.maps.values() if cells]
    return max(sizes, default=0.0)


def evidence(cells: Cells, full: float) -> Markup:
    """Squares for positive and hatched squares for negative evidence, in the unit square (100 x 100).

    Parameters
    ----------
    cells : (h, w)      raw evidence for the margin
    full : float > 0    evidence that is drawn in full colour
    """
    values = np.asarray(cells, dtype=np.float64)
    if not full or not values.size:
        return Markup("")
    steps = np.round(np.abs(values) / full * LEVELS).astype(int)
    parts = []
    for name, where in (("pos", values > 0), ("neg", values < 0)):
        for step in range(1, LEVELS + 1):
            path = _squares(where & (steps == step))
            if path:
                parts.append(f'<path class="{name}" opacity="{STRONGEST * step / LEVELS:.3g}" d="{path}"/>')
    return Markup("".join(parts))


def activity(plane: Cells) -> Markup:
    """Where one feature is active: its positive cells, the strongest of the image in full colour."""
    positive = np.maximum(np.asarray(plane, dtype=np.float64), 0.0)
    return evidence(tuple(map(tuple, positive.tolist())), float(positive.max(initial=0.0)))


def outline(mask: Cells | None) -> Markup:
    """The border of the cells that the core mask covers by half or more."""
    if not mask:
        return Markup("")
    inside = np.pad(np.asarray(mask, dtype=np.float64) >= 0.5, 1)
    rows, columns = (100 / (size - 2) for size in inside.shape)
    down = np.argwhere(inside[1:-1, 1:] != inside[1:-1, :-1])  # vertical edges
    across = np.argwhere(inside[1:, 1:-1] != inside[:-1, 1:-1])  # horizontal edges
    path = "".join(f"M{j * columns:.4g} {i * rows:.4g}v{rows:.4g}" for i, j in down)
    path += "".join(f"M{j * columns:.4g} {i * rows:.4g}h{columns:.4g}" for i, j in across)
    return Markup(f'<path class="core-halo" d="{path}"/><path class="core" d="{path}"/>') if path else Markup("")


def _squares(where: np.ndarray) -> str:
    height, width = 100 / where.shape[0], 100 / where.shape[1]
    return "".join(
        f"M{j * width:.4g} {i * height:.4g}h{width:.4g}v{height:.4g}h-{width:.4g}z" for i, j in np.argwhere(where)
    )
