"""DFR as the SpuCo package does it: one scale throughout, and a new random subset for each penalty tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._dfr import L1, WATERBIRDS_GRID, check_plan, mean_of, record
from hindmost.heads._linear import LinearHead
from hindmost.heads._scaler import Scaler, scaler_from
from hindmost.heads._solver import Fit
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads._tune import SPLITS_TRIED, Choice, cut


class DFRSpuco(LinearHead):
    """L1 logistic regressions on group-balanced subsets, averaged; on raw features unless a scaler is passed.

    Parameters
    ----------
    C_grid : sequence of float > 0      inverse penalties, tried in this order; ties go to the first
    n_retrains : int >= 1               fits that are averaged
    center, scale : float arrays (d,)   mean and standard deviation of other rows, for every fit; None: no scaler
    n_strata : int or None              strata 0..n_strata-1 must all have rows; None: the strata that occur
    random_state : int                  seeds two streams, as the package does: Python's splits, NumPy's draws subsets
    tol, max_iter : float, int          of liblinear

    References
    ----------
    Joshi, Yang, Xue, Yang, Mirzasoleiman (2023), arXiv:2306.11957; ``spuco/last_layer_retrain/dfr.py``.
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows"
    method: ClassVar[str] = "mean of L1 logistic regressions on group-balanced validation rows, not standardised"
    source: ClassVar[str] = "SpuCo package (arXiv:2306.11957), its DFR with default arguments"

    def __init__(
        self,
        C_grid: Sequence[float] = WATERBIRDS_GRID,
        n_retrains: int = 20,
        center: ArrayLike | None = None,
        scale: ArrayLike | None = None,
        n_strata: int | None = None,
        random_state: int = 0,
        tol: float = 1e-4,
        max_iter: int = 100,
    ) -> None:
        self.C_grid = C_grid
        self.n_retrains = n_retrains
        self.center = center
        self.scale = scale
        self.n_strata = n_strata
        self.random_state = random_state
        self.tol = tol
        self.max_iter = max_iter

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The package's defaults (no scaler) with the audit's groups and seed."""
        return cls(n_strata=context.n_strata, random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Tune on two random halves, then fit on all rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum of 0..n_strata-1 has no rows, or one has none in a random half.
        """
        check_plan("DFRSpuco", self.C_grid, self.n_retrains)
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        scaler = self._scaler(rows)
        model = L1(self.classes_, self.tol, self.max_iter)
        draw = _Draw(scaler(rows), codes, groups, model, np.random.RandomState(self.random_state))
        choice = draw.choose(self.C_grid, Random(self.random_state))
        everyone = np.arange(len(codes))
        fits = [draw.fit(everyone, choice.C) for _ in range(self.n_retrains)]
        mean = mean_of(fits, scaler)
        self.coef_, self.intercept_, self.single_coefs_ = mean.coef, mean.intercept, mean.singles
        self.single_fits_ = mean.raw
        self.n_iter_ = max(fit.n_iter for fit in fits)
        self.selected_ = self._selected(choice, groups, fits)
        return self

    def _scaler(self, X: FloatArray) -> Scaler:
        if self.center is None and self.scale is None:
            return Scaler(np.zeros(X.shape[1]), np.ones(X.shape[1]))
        return scaler_from(self.center, self.scale, X)

    def _selected(self, choice: Choice, groups: Strata, fits: list[Fit]) -> dict[str, Any]:
        return {
            **record(choice.C, self.C_grid, groups, [*choice.fits, *fits], self.n_retrains),
            "chosen_on": "worst group of a random validation half",
            "worst_per_C": list(choice.worst),
            "splits_drawn": choice.splits,
            "seed": int(self.random_state),
            "scaler": "none" if self.center is None else "passed",
        }


@dataclass(frozen=True)
class _Draw:
    """The package's random choices and the fits between them, in its order."""

    Z: FloatArray
    y: IntArray
    groups: Strata
    model: L1
    rng: np.random.RandomState

    def fit(self, among: IntArray, C: float) -> Fit:
        """One fit on a new balanced subset of these rows."""
        lists = self.groups.lists(among, "the rows that are fitted on")
        size = min(map(len, lists))
        chosen = np.concatenate([self.rng.choice(members, size=size, replace=False) for members in lists])
        subset = among[chosen]
        return self.model.fit(self.Z[subset], self.y[subset], C, self.rng)

    def choose(self, grid: Sequence[float], split: Random) -> Choice:
        """The first C with the best worst stratum on the half that was not fitted on."""
        self.groups.need_two()
        held, fitted_on, splits = _halves(self.groups, split)
        where = self.groups.lists(held, "the half that chooses C")
        fits, worst = [], []
        for C in grid:
            found = self.fit(fitted_on, float(C))
            self.rng.randint(np.iinfo("i").max)  # the package fits a dummy here, to carry the weights
            right = found.predict(self.Z[held]) == self.y[held]
            fits.append(found)
            worst.append(min(float(right[members].mean()) for members in where))
        return Choice(float(grid[int(np.argmax(worst))]), tuple(worst), tuple(fits), splits)


def _halves(groups: Strata, rng: Random) -> tuple[IntArray, IntArray, int]:
    """The half that chooses, the half that is fitted on, and the number of draws.

    The package keeps row numbers in Python sets, whose order decides which rows a later draw takes.
    """
    everyone = set(range(len(groups)))
    splits = 0
    while splits < SPLITS_TRIED:
        chosen = rng.sample(range(len(groups)), len(groups) // 2)
        splits += 1
        held, rest = np.array(list(set(chosen))), np.array(list(everyone - set(chosen)))
        if groups.cluster is not None:
            held, rest = cut(np.concatenate([held, rest]), groups.cluster)
        if groups.all_in(held) and groups.all_in(rest):
            break
    return held, rest, splits
