"""Erased: the cue is taken out of the features linearly, within each class, and the last layer is fitted again.

A step of the ladder from ERM to surgery: both this head and ``dfr`` are fitted on group-balanced validation
rows, so what this one gains over it is what the cue's own direction still cost there.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._chosen import Batch, ChosenHead, Held, Settings
from hindmost.heads._erasure import MIN_ROWS, Erasure, erasure_of, need_rows
from hindmost.heads._select import Criterion
from hindmost.heads._solver.threads import one_thread
from hindmost.heads._strata import Strata, read_strata

TOL = 1e-8  # of lbfgs: at scikit-learn's 1e-4 a strong penalty leaves the intercept where it started


class Erased(ChosenHead):
    """L2 logistic regression on features without the cue, every stratum with the same total weight, all folded in.

    The concept that is erased: which stratum a row belongs to, given its class. It is coded class by class, so the
    cue may point another way in each class; (strata - 1) directions a class are erased.

    Parameters
    ----------
    erasure : Erasure or None      made from other rows (the audit: the train rows); None: from the rows given to
                                   ``fit``, anew in every fold
    C_grid : sequence of float     inverse penalties, the strongest penalty first
    select : str                   what C is chosen by
    validation : Held or None      rows that choose; None: cross-fitting of the rows given to ``fit``
    n_strata : int or None         strata 0..n_strata-1 must all have rows; None: the strata that occur
    min_rows : int                 rows that a stratum needs to be told from another one of its class
    random_state : int             draws the folds
    max_iter : int                 of lbfgs; whether it was reached is recorded

    Attributes
    ----------
    erasure_ : Erasure      what the head reads through
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the train and validation rows"
    method: ClassVar[str] = "LEACE of the cue within class from train rows, then balanced L2 logistic regression"
    source: ClassVar[str] = "LEACE: Belrose et al., NeurIPS 2023 (arXiv:2306.03819); conditional on class, then refit"
    needs_groups: ClassVar[bool] = True

    def __init__(
        self,
        erasure: Erasure | None = None,
        C_grid: Sequence[float] = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0),
        select: Criterion = "worst_group",
        validation: Held | None = None,
        n_strata: int | None = None,
        min_rows: int = MIN_ROWS,
        random_state: int = 0,
        max_iter: int = 1000,
    ) -> None:
        self.erasure = erasure
        self.C_grid = C_grid
        self.select = select
        self.validation = validation
        self.n_strata = n_strata
        self.min_rows = min_rows
        self.random_state = random_state
        self.max_iter = max_iter

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The erasure of the audit's train rows.

        Raises
        ------
        EmptyStratum
            A stratum of the train rows has fewer than ``MIN_ROWS`` rows.
        """
        train = context.train
        groups = read_strata(train.rows.strata, train.rows.y, context.n_strata)
        groups.need_all()
        y = np.unique(train.rows.y, return_inverse=True)[1]
        need_rows(y, groups, MIN_ROWS)
        with one_thread():
            erasure = erasure_of(train.X.astype(np.float64), y.astype(np.int64), groups)
        return cls(
            erasure=erasure,
            n_strata=context.n_strata,
            random_state=context.seed,
        )

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Choose C and fit on rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum of 0..n_strata-1 has no rows, one has fewer than two for cross-fitting, or, without an
            ``erasure``, one has fewer than ``min_rows``.
        """
        rows, codes = self._read(X, y)
        self._check(rows)
        if self.erasure is None:
            need_rows(codes, read_strata(strata, codes, self.n_strata), self.min_rows)
        with one_thread():
            self._fit_chosen(rows, codes, strata, cluster)
        self._record()
        return self

    def _record(self) -> None:
        grid, eraser = sorted(map(float, self.C_grid)), self.erasure_.eraser
        self.selected_ |= {
            "C_grid": grid,
            "at_grid_edge": self.selected_["C"] in (grid[0], grid[-1]),
            "directions_erased": len(eraser.strength),
            "strength": [float(s) for s in eraser.strength],
            "shrinkage": float(eraser.shrinkage),
            "rows_of_the_erasure": self.erasure_.rows,
            "smallest_stratum_of_the_erasure": self.erasure_.smallest,
            "unfinished": self.n_iter_ >= self.max_iter,
        }
        if self.erasure is None:
            self.selected_["departs"] = "the cue is learned from the rows of the fit: no train rows were passed"

    def _check(self, X: FloatArray) -> None:
        if not len(self.C_grid) or min(self.C_grid) <= 0:
            raise InputError(f"C_grid expected numbers above 0, but {self.C_grid!r} came. Leave it out.")
        if self.erasure is not None and len(self.erasure.scaler.center) != X.shape[1]:
            raise InputError(
                f"The erasure reads {len(self.erasure.scaler.center)} features, X has {X.shape[1]}. "
                "Make it from features of the same network."
            )

    def _settings(self) -> list[Settings]:
        return [{"C": float(C)} for C in sorted(self.C_grid)]

    def _fit_settings(self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]) -> Iterator[Batch]:
        erasure = self.erasure if self.erasure is not None else erasure_of(X, y, groups)
        counts = np.bincount(groups.codes)
        weights = (len(y) / len(counts) / counts)[groups.codes]
        fits = [self._fit_one(erasure(X), y, weights, one["C"]) for one in settings]
        folded = [erasure.fold(fit.coef_, fit.intercept_) for fit in fits]
        self.erasure_, self.n_iter_ = erasure, max(int(fit.n_iter_.max()) for fit in fits)
        yield Batch(settings, np.stack([coef for coef, _ in folded]), np.stack([b for _, b in folded]))

    def _fit_one(self, X: FloatArray, y: IntArray, weights: FloatArray, C: float) -> LogisticRegression:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # recorded instead
            return LogisticRegression(C=C, tol=TOL, max_iter=self.max_iter).fit(X, y, sample_weight=weights)
