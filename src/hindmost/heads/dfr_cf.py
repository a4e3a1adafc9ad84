"""DFR with the penalty chosen by repeated cross-fitting: hindmost's own selection around the published fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._dfr import check_plan, mean_of, record
from hindmost.heads._linear import LinearHead
from hindmost.heads._oof import Paths, Scores, best_mean, draw_parts, out_of_fold_worst, search, within_one_error
from hindmost.heads._scaler import scaler_from, scaler_of
from hindmost.heads._solver import Fit, Problem, Solution, solve_many
from hindmost.heads._strata import Strata, read_strata

EQUAL_RATIOS = (0.01, 0.0215, 0.0464, 0.1, 0.215, 0.464, 1.0)  # seven as in dfr-v1, between the same ends
STEPS = 6  # new penalties at each end at most: a factor of 100


@dataclass(frozen=True)
class _Lasso:
    """L1 logistic regressions on subsets of the same rows, penalised intercept, one class against the rest above two.

    Parameters
    ----------
    Z : float array (n, d)      standardised
    y : int array (n,)          class positions
    classes : array (c,)        their names, for the error
    tol : float                 relative duality gap
    """

    Z: FloatArray
    y: IntArray
    classes: NDArray[Any]
    tol: float

    def __call__(self, subsets: Sequence[IntArray], Cs: Sequence[float]) -> Paths:
        """The fits of each subset, one a C. Raises InputError where a class is not in a subset."""
        weights = np.zeros((len(subsets), len(self.y)))
        for of_one, subset in zip(weights, subsets):
            self._need_classes(self.y[subset])
            of_one[subset] = 1
        targets = (1,) if len(self.classes) == 2 else range(len(self.classes))
        by_class = [
            solve_many(Problem(self.Z, (self.y == k).astype(np.int64)), weights, list(Cs), tol=self.tol)
            for k in targets
        ]
        return [[_stacked(outputs) for outputs in zip(*paths)] for paths in zip(*by_class)]

    def _need_classes(self, y: IntArray) -> None:
        absent = sorted(set(range(len(self.classes))) - set(y.tolist()))
        if absent:
            raise InputError(
                f"A balanced subset expected rows of every class, but class {self.classes[absent[0]]} is not in it. "
                "Pass strata that lie within classes (class x cue)."
            )


def _stacked(outputs: Sequence[Solution]) -> Fit:
    """One fit of one or of several outputs; converged where every certificate holds."""
    return Fit(
        np.concatenate([found.coef for found in outputs]),
        np.concatenate([found.intercept for found in outputs]),
        max(found.n_iter for found in outputs),
        all(found.certificate.certified for found in outputs),
    )


class DFRCrossFit(LinearHead):
    """L1 logistic regressions on group-balanced subsets, averaged; C by out-of-fold worst groups.

    Parameters
    ----------
    C_grid : sequence of float > 0      inverse penalties; grows by the ratio at its ends while the best lies there
    n_retrains : int >= 1               fits that are averaged
    folds, repeats : int >= 2, >= 1     of the cross-fitting; fewer folds where a stratum has fewer rows
    subsets_per_fold : int >= 1         fits that are averaged in each fold: the head is a mean, so means are ranked
    center, scale : float arrays (d,)   mean and standard deviation of the TRAIN rows, for every fit; None: of the
                                        rows given to ``fit``, those of each fold too
    n_strata : int or None              strata 0..n_strata-1 must all have rows; None: the strata that occur
    random_state : int
    tol : float                         relative duality gap of every fit

    References
    ----------
    The fits: Kirichenko, Izmailov, Wilson (2023), ICLR. The choice: hindmost; its one-standard-error rule:
    Breiman, Friedman, Olshen, Stone (1984), Classification and regression trees, 3.4.3.
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows"
    method: ClassVar[str] = "mean of L1 logistic regressions on group-balanced validation rows, C by cross-fitting"
    source: ClassVar[str] = "fits of DFR (arXiv:2204.02937); the choice of C is hindmost's own"

    def __init__(
        self,
        C_grid: Sequence[float] = EQUAL_RATIOS,
        n_retrains: int = 20,
        folds: int = 5,
        repeats: int = 3,
        subsets_per_fold: int = 4,
        center: ArrayLike | None = None,
        scale: ArrayLike | None = None,
        n_strata: int | None = None,
        random_state: int = 0,
        tol: float = 1e-4,
    ) -> None:
        self.C_grid = C_grid
        self.n_retrains = n_retrains
        self.folds = folds
        self.repeats = repeats
        self.subsets_per_fold = subsets_per_fold
        self.center = center
        self.scale = scale
        self.n_strata = n_strata
        self.random_state = random_state
        self.tol = tol

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The defaults with the scaler of the audit's train rows."""
        train = scaler_of(context.train.X)
        return cls(center=train.center, scale=train.scale, n_strata=context.n_strata, random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Choose C by cross-fitting, then fit on all rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum of 0..n_strata-1 has no rows, or one has fewer than two rows (or clusters).
        """
        check_plan("DFRCrossFit", self.C_grid, self.n_retrains)
        if self.folds < 2 or self.repeats < 1 or self.subsets_per_fold < 1:
            raise InputError(
                "Cross-fitting expected folds >= 2, repeats >= 1 and subsets_per_fold >= 1, but "
                f"{self.folds}, {self.repeats}, {self.subsets_per_fold} came."
            )
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        scaler = scaler_from(self.center, self.scale, rows)
        lasso = _Lasso(scaler(rows), codes, self.classes_, self.tol)
        rng = np.random.RandomState(self.random_state)  # draws subsets only: the solver has no chance in it
        subsets = [balanced(groups.lists(np.arange(len(codes)), "the rows"), rng) for _ in range(self.n_retrains)]
        missed: list[bool] = []
        scores = self._scores(lasso, groups, rng, missed)
        C = within_one_error(scores) if scores else float(self.C_grid[0])
        fits = [path[0] for path in lasso(subsets, [C])]
        mean = mean_of(fits, scaler)
        self.coef_, self.intercept_, self.single_coefs_ = mean.coef, mean.intercept, mean.singles
        self.single_fits_ = mean.raw
        self.n_iter_ = max(fit.n_iter for fit in fits)
        self.selected_ = {**record(C, sorted(scores) or [C], groups, fits, self.n_retrains), **self._choice(scores)}
        self.selected_["unconverged_tuning_fits"] = sum(missed)
        return self

    def _scores(self, lasso: _Lasso, groups: Strata, rng: np.random.RandomState, missed: list[bool]) -> Scores:
        """The out-of-fold worst stratum of each C of the grid, grown where it had to; empty where C is given."""
        grid = sorted({float(C) for C in self.C_grid})
        if len(grid) == 1:
            return {}
        plan = draw_parts(
            groups,
            folds=self.folds,
            repeats=self.repeats,
            subsets=self.subsets_per_fold,
            seed=self.random_state,
            rng=rng,
        )

        def solve(subsets: list[IntArray], Cs: Sequence[float]) -> Paths:
            paths = lasso(subsets, Cs)
            missed.extend(not fit.converged for path in paths for fit in path)
            return paths

        return search(grid, partial(out_of_fold_worst, lasso.Z, lasso.y, groups, plan, solve), steps=STEPS)

    def _choice(self, scores: Scores) -> dict[str, Any]:
        """How C was chosen. The grid's edge matters where the best mean lies, not where the chosen C does."""
        said = {
            "seed": int(self.random_state),
            "scaler": "of the rows it was fitted on" if self.center is None else "passed: of the train rows",
        }
        if not scores:
            return {**said, "chosen_on": "nothing: one C was given", "at_grid_edge": False}
        best = best_mean(scores)
        errors = [
            float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else None for found in scores.values()
        ]
        return {
            **said,
            "chosen_on": "worst group of out-of-fold predictions: the smallest C within one standard error of the best",
            "worst_per_C": [float(found.mean()) for found in scores.values()],
            "error_per_C": errors,
            "best_C": best,
            "at_grid_edge": best in (min(scores), max(scores)),
            "grid_grown": len(scores) - len({float(C) for C in self.C_grid}),
            "folds": int(self.folds),
            "repeats": int(self.repeats),
            "subsets_per_fold": int(self.subsets_per_fold),
        }
