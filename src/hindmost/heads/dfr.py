"""DFR: deep feature reweighting, the published protocol ``dfr-v1``.

The last layer is fitted again on validation rows, on random subsets with equally many rows of each
group, with an L1 penalty, and the fits are averaged. The random stream is that of the authors' script
after ``numpy.random.seed(random_state)``, so that their result is met row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._dfr import L1, WATERBIRDS_GRID, check_plan, mean_of, record
from hindmost.heads._linear import LinearHead
from hindmost.heads._scaler import scaler_from, scaler_of
from hindmost.heads._solver import Fit
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads._tune import Choice, choose_C


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
        train = scaler_of(context.train.X)
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
        check_plan("DFR", self.C_grid, self.n_retrains)
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        rng = check_random_state(self.random_state)
        model = L1(self.classes_, self.tol, self.max_iter)
        choice = choose_C(rows, codes, groups, self.C_grid, model=model, rng=rng)
        fits = self._retrain(rows, codes, groups, choice.C, model, rng)
        self.n_iter_ = max(fit.n_iter for fit in fits)
        self.selected_ = self._selected(choice, groups, fits)
        return self

    def _retrain(
        self, X: FloatArray, y: IntArray, groups: Strata, C: float, model: L1, rng: np.random.RandomState
    ) -> list[Fit]:
        """Set the mean of ``n_retrains`` fits on balanced subsets of all rows; give the single fits."""
        scaler = scaler_from(self.center, self.scale, X)
        self.center_, self.scale_ = scaler.center, scaler.scale
        everyone = np.arange(len(y))
        fits = []
        for _ in range(self.n_retrains):
            subset = balanced(groups.lists(everyone, "the rows"), rng)
            rng.shuffle(np.arange(self.n_train or 0))  # the script shuffles train rows that it does not use
            fits.append(model.fit(scaler(X[subset]), y[subset], C, rng))
        mean = mean_of(fits, scaler)
        self.coef_, self.intercept_, self.single_coefs_ = mean.coef, mean.intercept, mean.singles
        self.single_fits_ = mean.raw
        return fits

    def _selected(self, choice: Choice, groups: Strata, fits: list[Fit]) -> dict[str, Any]:
        return {
            **record(choice.C, self.C_grid, groups, [*choice.fits, *fits], self.n_retrains),
            "chosen_on": "worst group of a random validation half",
            "worst_per_C": list(choice.worst),
            "splits_drawn": choice.splits,
            "seed": int(self.random_state) if isinstance(self.random_state, Integral) else None,
            "scaler": "of the rows it was fitted on" if self.center is None else "passed: of the train rows",
        }
