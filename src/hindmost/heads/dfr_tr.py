"""DFR on training rows (the paper's DFR-Train): balanced train subsets, the penalty chosen on the validation rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import BoolArray, IntArray
from hindmost.heads._chosen import Held
from hindmost.heads._dfr import L1, WATERBIRDS_GRID, Mean, check_plan, mean_of, record
from hindmost.heads._folds import repeated_folds
from hindmost.heads._linear import LinearHead
from hindmost.heads._scaler import scaler_of
from hindmost.heads._select import scores_of
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads._subsets import Option, Subsets
from hindmost.heads._tune import choose_C

CLASS_WEIGHTS = (1.0, 2.0, 3.0, 10.0, 100.0, 300.0, 1000.0)  # of the script's flag --tune_class_weights_dfr_train


class DFRTrain(LinearHead):
    """L1 logistic regressions on group-balanced subsets of the train rows, averaged, scaler folded in.

    Parameters
    ----------
    C_grid : sequence of float > 0      inverse penalties, tried in this order; ties go to the one tried first
    n_retrains : int >= 1               fits that are averaged
    class_weights : sequence or None    weights tried for either class against 1 for the other, for each C (the
                                        script's flag: ``CLASS_WEIGHTS``); two classes only; None: no weights
    validation : Held or None           the rows that choose; None: a random half of the rows given to ``fit``
    n_strata : int or None              strata 0..n_strata-1 must all have rows; None: the strata that occur
    random_state : int
    tol, max_iter : float, int          of liblinear, for the averaged fits
    tune_max_iter : int                 of liblinear, for the fits that choose

    References
    ----------
    Kirichenko, Izmailov, Wilson (2023), Last layer re-training is sufficient for robustness to spurious
    correlations, ICLR; the functions on train rows of their script ``dfr_evaluate_spurious.py``.
    """

    rows: ClassVar[FittedOn] = "train"
    labels: ClassVar[str] = "class and group of the train and the validation rows"
    method: ClassVar[str] = "mean of L1 logistic regressions on group-balanced subsets of the train rows"
    source: ClassVar[str] = "Kirichenko, Izmailov, Wilson, ICLR 2023 (arXiv:2204.02937), DFR on train rows"

    def __init__(
        self,
        C_grid: Sequence[float] = WATERBIRDS_GRID,
        n_retrains: int = 10,
        class_weights: Sequence[float] | None = None,
        validation: Held | None = None,
        n_strata: int | None = None,
        random_state: int = 0,
        tol: float = 1e-4,
        max_iter: int = 100,
        tune_max_iter: int = 20,
    ) -> None:
        self.C_grid = C_grid
        self.n_retrains = n_retrains
        self.class_weights = class_weights
        self.validation = validation
        self.n_strata = n_strata
        self.random_state = random_state
        self.tol = tol
        self.max_iter = max_iter
        self.tune_max_iter = tune_max_iter

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The script's settings with the audit's validation rows, groups and seed."""
        return cls(validation=Held.of(context.val), n_strata=context.n_strata, random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Choose the penalty, then fit on balanced subsets of rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum of 0..n_strata-1 has no rows, or the rows that choose have fewer than two of one.
        """
        check_plan("DFRTrain", self.C_grid, self.n_retrains)
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        rng = np.random.RandomState(self.random_state)
        work = Subsets(rows, codes, groups, scaler_of(rows), L1(self.classes_, self.tol, self.max_iter))
        judged = self._judge(work, rng) if self.validation is not None else None
        best, said = self._on_a_half(work, rng) if judged is None else self._on_validation(judged)
        self.val_predicted_ = None if judged is None else self._nested(work, judged, rng)
        fits = work.retrain(best, self.n_retrains, rng)
        mean = mean_of(fits, work.scaler)
        self.coef_, self.intercept_, self.single_coefs_ = mean.coef, mean.intercept, mean.singles
        self.single_fits_ = mean.raw
        self.n_iter_ = max(fit.n_iter for fit in fits)
        self.selected_ = {
            **record(best.C, self.C_grid, groups, fits, self.n_retrains),
            "seed": int(self.random_state),
            "scaler": "of the rows it was fitted on",
            **said,
        }
        return self

    def _judge(self, work: Subsets, rng: np.random.RandomState) -> _Judged:
        """Fit every option on one balanced subset of the train rows and judge it by all validation rows."""
        held = self.validation
        assert held is not None
        y = np.searchsorted(self.classes_, held.y)
        groups = read_strata(held.strata, y, self.n_strata, held.cluster)
        groups.need_all()
        options = self._options()
        fits = work.tune(options, self.tune_max_iter, rng)
        Z = work.scaler(held.X)
        right = {option: fit.predict(Z) == y for option, fit in zip(options, fits)}  # of equal options the last fit
        return _Judged(list(right), np.stack(list(right.values())), groups, held, sum(not f.converged for f in fits))

    def _options(self) -> list[Option]:
        """Each C, and within it the pairs of class weights, in the script's order."""
        if self.class_weights is None:
            return [Option(float(C)) for C in self.C_grid]
        if len(self.classes_) != 2:
            raise InputError(
                f"class_weights are defined for two classes, but there are {len(self.classes_)}. Leave them out."
            )
        pairs = [(1.0, float(w)) for w in self.class_weights] + [(float(w), 1.0) for w in self.class_weights]
        return [Option(float(C), pair) for C in self.C_grid for pair in pairs]

    def _on_validation(self, judged: _Judged) -> tuple[Option, dict[str, Any]]:
        best, worst = judged.best(np.arange(len(judged.groups)))
        said = {
            "chosen_on": "worst group of all validation rows",
            "worst_per_C": worst if self.class_weights is None else None,
            "class_weight": None if best.weights is None else list(best.weights),
            "options_tried": len(judged.options),
            "unconverged_tuning_fits": judged.unconverged,
        }
        return best, said

    def _on_a_half(self, work: Subsets, rng: np.random.RandomState) -> tuple[Option, dict[str, Any]]:
        if self.class_weights is not None:
            raise InputError("class_weights are chosen on validation rows. Pass validation, or leave them out.")
        choice = choose_C(work.X, work.y, work.groups, self.C_grid, model=work.model, rng=rng)
        said = {
            "chosen_on": "worst group of a random half of the train rows",
            "worst_per_C": list(choice.worst),
            "splits_drawn": choice.splits,
            "departs": "no validation rows: C was chosen on a random half of the train rows",
        }
        return Option(choice.C), said

    def _nested(self, work: Subsets, judged: _Judged, rng: np.random.RandomState) -> IntArray:
        """Predict each fold of the validation rows by the head that the other folds choose; ``rng`` stays as it was."""
        state = rng.get_state()
        heads: dict[Option, Mean] = {}
        predicted = np.full(len(judged.groups), -1, dtype=np.int64)
        for rest, fold in repeated_folds(judged.groups, folds=5, repeats=1, seed=self.random_state):
            best, _ = judged.best(rest)
            if best not in heads:
                rng.set_state(state)  # the subsets that the head itself averages over
                heads[best] = mean_of(work.retrain(best, self.n_retrains, rng), work.scaler)
            predicted[fold] = heads[best].predict(judged.held.X[fold])
        rng.set_state(state)
        return predicted


@dataclass(frozen=True)
class _Judged:
    """Which validation rows each option is right on: right (k, n), with the strata of those rows."""

    options: list[Option]
    right: BoolArray
    groups: Strata
    held: Held
    unconverged: int

    def best(self, rows: IntArray) -> tuple[Option, list[float]]:
        """The first option with the best worst stratum on these rows, and the worst stratum of each."""
        worst = scores_of(self.right[:, rows], self.groups.take(rows), "worst_group")
        return self.options[int(worst.argmax())], worst.tolist()
