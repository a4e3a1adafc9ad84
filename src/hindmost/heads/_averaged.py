"""Linear heads that minimise the plain mean of the groups' mean losses, over a grid of penalties."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._chosen import Batch, ChosenHead, Held, Settings
from hindmost.heads._grouped import GroupedRows, average
from hindmost.heads._scaler import Scaler, scaler_of
from hindmost.heads._select import Criterion
from hindmost.heads._strata import Strata

DECAYS = (100.0, 10.0, 1.0, 0.1, 0.01, 0.001, 0.0001)  # the sources try 1 to 0.0001


def check_penalties(penalties: Sequence[float]) -> None:
    """Raise InputError where no penalty, or one that is not positive, came."""
    if not len(penalties) or not all(np.isfinite(p) and p > 0 for p in penalties):
        raise InputError(
            f"penalties expected one or more finite numbers above 0, but {penalties!r} came. "
            "Leave it out for the default grid."
        )


def edge_of(grid: Sequence[float], chosen: float) -> bool:
    """Is the chosen value the largest or the smallest of a grid of several?"""
    return len(grid) > 1 and chosen in (min(grid), max(grid))


def departure(head: ChosenHead) -> Settings:
    """What a head on train rows leaves undone where no validation rows came."""
    if head.rows != "train" or head.validation is not None:
        return {}
    return {"departs": "no validation rows came: the settings are chosen by cross-fitting the train rows"}


def need_classes(y: IntArray, n_classes: int, rows: str) -> None:
    """Raise InputError where a class has none of the rows that one fit uses."""
    absent = np.flatnonzero(np.bincount(y, minlength=n_classes) == 0).tolist()
    if absent:
        raise InputError(
            f"{rows} expected rows of every class, but class position {absent[0]} has none. "
            "Pass strata that lie within classes (class x cue)."
        )


class AveragedHead(ChosenHead):
    """Base of heads whose loss counts each part of the rows alike; a subclass says what the parts are.

    Parameters (of every subclass, beside those of ``ChosenHead``)
    ----------
    penalties : sequence of float > 0     weight decays on standardised features, tried in this order
    tol, max_iter : float, int            certified relative gap of a fit, and its most iterations
    """

    penalties: Sequence[float]
    tol: float
    max_iter: int

    def __init__(
        self,
        penalties: Sequence[float] = DECAYS,
        select: Criterion = "worst_group",
        validation: Held | None = None,
        n_strata: int | None = None,
        random_state: int = 0,
        tol: float = 1e-6,
        max_iter: int = 1000,
    ) -> None:
        self.penalties = penalties
        self.select = select
        self.validation = validation
        self.n_strata = n_strata
        self.random_state = random_state
        self.tol = tol
        self.max_iter = max_iter

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Fit on rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum that fitting or choosing needs has no rows, or too few to choose by.
        """
        check_penalties(self.penalties)
        rows, codes = self._read(X, y)
        groups = self._fit_chosen(rows, codes, strata, cluster)
        self.n_iter_ = self.selected_["iterations"]
        self.selected_ |= {
            "penalties": [float(p) for p in self.penalties],
            "at_grid_edge": edge_of(self.penalties, self.selected_["penalty"]),
            "unconverged_fits": int(self.selected_["relative_gap"] > self.tol),
            "scaler": "of the rows it was fitted on",
            "counts": self._counts(codes, groups),
            **departure(self),
        }
        return self

    @abstractmethod
    def _parts(self, X: FloatArray, y: IntArray, groups: Strata) -> tuple[IntArray, IntArray]:
        """Positions of the rows that one fit uses (m,), and the part 0..g-1 that each is in, none empty."""

    @abstractmethod
    def _counts(self, y: IntArray, groups: Strata) -> dict[str, int]:
        """How many rows each part has, for the record."""

    def _settings(self) -> list[Settings]:
        return [{"penalty": float(p)} for p in self.penalties]

    def _fit_settings(self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]) -> Iterator[Batch]:
        used, parts = self._parts(X, y, groups)
        n_classes = len(self.classes_)
        need_classes(y[used], n_classes, "A fit")
        scaler = scaler_of(X[used])
        rows = GroupedRows(scaler(X[used]), y[used], parts, n_classes)
        penalties = np.array([one["penalty"] for one in settings])
        shares = np.full(len(rows.sizes), 1 / len(rows.sizes))
        start = np.zeros((len(penalties), rows.size))
        fits = rows.solve(average(shares), penalties, start, tol=self.tol, max_iter=self.max_iter)
        gaps = fits.gap / fits.value
        named = [{**s, "relative_gap": float(g), "iterations": int(i)} for s, g, i in zip(settings, gaps, fits.n_iter)]
        yield batch_of(rows, fits.points, scaler, named)


def batch_of(rows: GroupedRows, points: FloatArray, scaler: Scaler, settings: list[Settings]) -> Batch:
    """Fits on raw features from points of the solver."""
    coef, intercept = rows.weights(points)
    folded = [scaler.fold(c, b) for c, b in zip(coef, intercept)]
    return Batch(settings, np.stack([c for c, _ in folded]), np.stack([b for _, b in folded]))
