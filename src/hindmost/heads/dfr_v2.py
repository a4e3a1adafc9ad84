"""DFR by the authors' later script: the averaged fits are standardised by all validation rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._dfr import L1, WATERBIRDS_GRID, check_plan, mean_of, record
from hindmost.heads._linear import LinearHead
from hindmost.heads._scaler import Scaler, scaler_of
from hindmost.heads._solver import Fit
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads._tune import Choice, choose_C

SUBSETS_TRIED = 20  # as in the script, which goes on with the last one


class DFRv2(LinearHead):
    """L1 logistic regressions on group-balanced subsets, averaged; no train row is used.

    Parameters
    ----------
    C_grid : sequence of float > 0      inverse penalties, tried in this order; ties go to the largest
    n_retrains : int >= 1               fits that are averaged
    n_strata : int or None              strata 0..n_strata-1 must all have rows; None: the strata that occur
    random_state : int
    tol, max_iter : float, int          of liblinear

    References
    ----------
    Izmailov, Kirichenko, Gruver, Wilson (2022), On feature learning in the presence of spurious correlations,
    NeurIPS; its script ``dfr_evaluate_spurious.py``.
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows"
    method: ClassVar[str] = "mean of L1 logistic regressions on group-balanced validation rows, scaled by all of them"
    source: ClassVar[str] = "Izmailov, Kirichenko, Gruver, Wilson, NeurIPS 2022 (arXiv:2210.11369), protocol dfr-v2"

    def __init__(
        self,
        C_grid: Sequence[float] = WATERBIRDS_GRID,
        n_retrains: int = 20,
        n_strata: int | None = None,
        random_state: int = 0,
        tol: float = 1e-4,
        max_iter: int = 100,
    ) -> None:
        self.C_grid = C_grid
        self.n_retrains = n_retrains
        self.n_strata = n_strata
        self.random_state = random_state
        self.tol = tol
        self.max_iter = max_iter

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The protocol with the audit's groups and seed."""
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
        check_plan("DFRv2", self.C_grid, self.n_retrains)
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        rng = np.random.RandomState(self.random_state)
        model = L1(self.classes_, self.tol, self.max_iter)
        choice = choose_C(rows, codes, groups, self.C_grid, model=model, rng=rng)
        scaler = scaler_of(rows)
        fits, subsets = self._retrain(rows, codes, groups, choice.C, model, scaler, rng)
        mean = mean_of(fits, scaler)
        self.coef_, self.intercept_, self.single_coefs_ = mean.coef, mean.intercept, mean.singles
        self.single_fits_ = mean.raw
        self.n_iter_ = max(fit.n_iter for fit in fits)
        self.selected_ = {**self._selected(choice, groups, fits), "subsets_drawn": subsets}
        return self

    def _retrain(
        self,
        X: FloatArray,
        y: IntArray,
        groups: Strata,
        C: float,
        model: L1,
        scaler: Scaler,
        rng: np.random.RandomState,
    ) -> tuple[list[Fit], int]:
        """The fits that are averaged, and the number of subsets drawn for them."""
        fits, drawn = [], 0
        for _ in range(self.n_retrains):
            subset, tries = _with_every_class(y, groups, rng)
            fits.append(model.fit(scaler(X[subset]), y[subset], C, rng))
            drawn += tries
        return fits, drawn

    def _selected(self, choice: Choice, groups: Strata, fits: list[Fit]) -> dict[str, Any]:
        return {
            **record(choice.C, self.C_grid, groups, [*choice.fits, *fits], self.n_retrains),
            "chosen_on": "worst group of a random validation half",
            "worst_per_C": list(choice.worst),
            "splits_drawn": choice.splits,
            "seed": int(self.random_state),
            "scaler": "of the rows it was fitted on",
        }


def _with_every_class(y: IntArray, groups: Strata, rng: np.random.RandomState) -> tuple[IntArray, int]:
    """A balanced subset and the number of draws: more than one only where a class was missing from it."""
    everyone = np.arange(len(y))
    wanted = len(np.unique(y))
    tries = 0
    while tries < SUBSETS_TRIED:
        subset = balanced(groups.lists(everyone, "the rows"), rng)
        tries += 1
        if len(np.unique(y[subset])) == wanted:
            break
    return subset, tries
