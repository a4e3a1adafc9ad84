"""The ellipse behind a piece of a mask, also where the frame shows only a part of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eig
from scipy.ndimage import binary_erosion

from hindmost.core.rows import BoolArray, FloatArray

_FEWEST = 12  # rim pixels
_EDGE = 2  # pixels next to the frame that are no rim: the frame cut there


@dataclass(frozen=True)
class Ellipse:
    """Centre and half axes in pixels (row, column), angle of the first axis from the columns in radians."""

    row: float
    column: float
    first: float
    second: float
    angle: float

    def mask(self, shape: tuple[int, int]) -> BoolArray:
        """Pixels inside, shape (h, w)."""
        rows, columns = np.indices(shape)
        down, right = rows - self.row, columns - self.column
        along = right * np.cos(self.angle) + down * np.sin(self.angle)
        across = down * np.cos(self.angle) - right * np.sin(self.angle)
        return np.asarray((along / self.first) ** 2 + (across / self.second) ** 2 <= 1)


def fit_ellipse(piece: BoolArray) -> Ellipse | None:
    """The ellipse through a piece's rim, by direct least squares; None where no ellipse fits.

    Rim pixels at the frame are left out: there the frame cut the thing, it does not end.

    Parameters
    ----------
    piece : bool array, shape (h, w)

    References
    ----------
    Fitzgibbon, Pilu, Fisher (1999), IEEE PAMI 21, 476-480, in the stable form of Halir & Flusser (1998), WSCG.
    """
    rim = piece & ~binary_erosion(piece, border_value=1)
    rim[:_EDGE] = rim[-_EDGE:] = False
    rim[:, :_EDGE] = rim[:, -_EDGE:] = False
    rows, columns = np.nonzero(rim)
    if len(rows) < _FEWEST:
        return None
    scale = max(piece.shape) / 2
    conic = _conic((columns - columns.mean()) / scale, (rows - rows.mean()) / scale)
    found = None if conic is None else _axes(conic)
    if found is None:
        return None
    x, y, first, second, angle = found
    return Ellipse(y * scale + rows.mean(), x * scale + columns.mean(), first * scale, second * scale, angle)


def overlap(first: BoolArray, second: BoolArray) -> float:
    """Intersection over union of two masks; 0 where both are empty."""
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 0.0


def _conic(x: FloatArray, y: FloatArray) -> FloatArray | None:
    """Coefficients of a x^2 + b x y + c y^2 + d x + e y + f = 0 with 4 a c > b^2, shape (6,)."""
    quadratic, linear = np.stack([x**2, x * y, y**2], axis=1), np.stack([x, y, np.ones_like(x)], axis=1)
    if np.linalg.matrix_rank(linear) < 3:
        return None
    to_linear = -np.linalg.solve(linear.T @ linear, linear.T @ quadratic)
    reduced = quadratic.T @ (quadratic + linear @ to_linear)
    constrained = np.stack([reduced[2] / 2, -reduced[1], reduced[0] / 2])
    vectors = np.real(eig(constrained)[1])
    good = 4 * vectors[0] * vectors[2] - vectors[1] ** 2 > 0
    if not good.any():
        return None
    best = vectors[:, int(np.flatnonzero(good)[0])]
    return np.concatenate([best, to_linear @ best])


def _axes(conic: FloatArray) -> tuple[float, float, float, float, float] | None:
    """Centre x, y, half axes and angle of an ellipse's conic; None where it holds no point."""
    a, b, c, d, e, f = conic.tolist()
    form = np.array([[a, b / 2], [b / 2, c]])
    x, y = np.linalg.solve(-2 * form, [d, e])
    level = -(f + (d * x + e * y) / 2)
    values, vectors = np.linalg.eigh(form)
    if (level / values <= 0).any():
        return None
    first, second = np.sqrt(level / values)
    return float(x), float(y), float(first), float(second), float(np.arctan2(vectors[1, 0], vectors[0, 0]))
