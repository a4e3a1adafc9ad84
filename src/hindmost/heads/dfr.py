"""DFR: deep feature reweighting, the published protocol ``dfr-v1``.

The last layer is fitted again on validation rows, on random subsets with equally many rows of each
group, with an L1 penalty, and the fits are averaged. The random stream is that of the authors' script
after ``numpy.random.seed(random_state)``, so that their result is met row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._linear import LinearHead
from hindmost.heads._scaler import scaler_from, scaler_of
from hindmost.heads._solver import Fit, l1_fit
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads._tune import Choice, choose_C

WATERBIRDS_GRID = (1.0, 0.7, 0.3, 0.1, 0.07, 0.03, 0.01)


class DFR(LinearHead):
    """L1 logistic regressions on group-balanced subsets, averaged, scaler folded in.

    Parameters
    ----------
    C_grid : sequence of float > 0      inverse penalties, tried in this order; ties go to the largest
    n_retrains : int >= 1               fits that are averaged
    center, scale : float arrays (d,)   mean and standard deviation of the TRAIN rows, for the averaged fits;
                                        None: of the rows given to ``fit``
    n_train : int or None               number of train rows: the protocol shuffles their indices between
                                        fits, which moves the random stream; None: no such draw
    n_strata : int or None              strata 0..n_strata-1 must all have rows; None: the strata that occur
    random_state : int, RandomState or None
    tol, max_iter : float, int          of liblinear

    Attributes
    ----------
    center_, scale_ : float arrays (d,)     the scaler of the averaged fits; ``single_coefs_`` are in its units

    References
    ----------
    Kirichenko, Izmailov, Wilson (2023), Last layer re-training is sufficient for robustness to spurious
    correlations, ICLR; their script ``dfr_evaluate_spurious.py``.
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows"
    method: ClassVar[str] = "mean of L1 logistic regressions on group-balanced subsets of the validation rows"
    source: ClassVar[str] = "Kirichenko, Izmailov, Wilson, ICLR 2023 (arXiv:2204.02937), protocol dfr-v1"

    def __init__(
        self,
        C_grid: Sequence[float] = WATERBIRDS_GRID,
        n_retrains: int = 20,
        center: ArrayLike | None = None,
        scale: ArrayLike | None = None,
        n_train: int | None = None,
        n_strata: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
        tol: float = 1e-4,
        max_iter: int = 100,
    ) -> None:
        self.C_grid = C_grid
        self.n_retrains = n_retrains
        self.center = center
        self.scale = scale
        self.n_train = n_train
        self.n_strata = n_strata
        self.random_state = random_state
        self.tol = tol
        self.max_iter = max_iter

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The protocol with the scaler of the audit's train rows."""
        train = scaler_of(context.train.X.astype(np.float64))
        return cls(
            center=train.center,
            scale=train.scale,
            n_train=len(context.train.rows),
            n_strata=context.n_strata,
            random_state=context.seed,
        )

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Tune on two random halves, then fit on all rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum of 0..n_strata-1 has no rows, or one has none in a random half.
        """
        if self.n_retrains < 1 or not len(self.C_grid):
            raise InputError(
                f"DFR expected n_retrains >= 1 and a C_grid with entries, but {self.n_retrains} and "
                f"{self.C_grid!r} came. Leave them out for the published protocol."
            )
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        rng = check_random_state(self.random_state)
        one = partial(self._fit_one, rng=rng)
        choice = choose_C(rows, codes, groups, self.C_grid, fit=one, rng=rng)
        fits = self._retrain(rows, codes, groups, choice.C, rng)
        self.n_iter_ = max(fit.n_iter for fit in fits)
        self.selected_ = self._selected(choice, groups, fits)
        return self

    def _retrain(self, X: FloatArray, y: IntArray, groups: Strata, C: float, rng: np.random.RandomState) -> list[Fit]:
        """Set the mean of ``n_retrains`` fits on balanced subsets of all rows; give the single fits."""
        scaler = scaler_from(self.center, self.scale, X)
        self.center_, self.scale_ = scaler.center, scaler.scale
        everyone = np.arange(len(y))
        fits = []
        for _ in range(self.n_retrains):
            subset = balanced(groups.lists(everyone, "the rows"), rng)
            rng.shuffle(np.arange(self.n_train or 0))  # the script shuffles train rows that it does not use
            fits.append(self._fit_one(scaler(X[subset]), y[subset], C, rng=rng))
        self.single_coefs_ = np.stack([fit.coef for fit in fits])
        intercept = np.mean([fit.intercept for fit in fits], axis=0)
        self.coef_, self.intercept_ = scaler.fold(self.single_coefs_.mean(axis=0), intercept)
        return fits

    def _fit_one(self, X: FloatArray, y: IntArray, C: float, *, rng: np.random.RandomState) -> Fit:
        n_classes = len(self.classes_)
        absent = sorted(set(range(n_classes)) - set(y.tolist()))
        if absent:
            raise InputError(
                f"A balanced subset expected rows of every class, but class {self.classes_[absent[0]]!r} is not in it. "
                "Pass strata that lie within classes (class x cue)."
            )
        return l1_fit(X, y, n_classes=n_classes, C=C, tol=self.tol, max_iter=self.max_iter, rng=rng)

    def _selected(self, choice: Choice, groups: Strata, fits: list[Fit]) -> dict[str, Any]:
        grid = [float(C) for C in self.C_grid]
        return {
            "C": choice.C,
            "C_grid": grid,
            "at_grid_edge": choice.C in (min(grid), max(grid)),
            "chosen_on": "worst group of a random validation half",
            "worst_per_C": list(choice.worst),
            "splits_drawn": choice.splits,
            "seed": int(self.random_state) if isinstance(self.random_state, Integral) else None,
            "n_retrains": int(self.n_retrains),
            "strata": [int(i) for i in groups.ids],
            "per_group": int(np.bincount(groups.codes).min()),
            "scaler": "of the rows it was fitted on" if self.center is None else "passed: of the train rows",
            "unconverged_fits": sum(not fit.converged for fit in (*choice.fits, *fits)),
        }
