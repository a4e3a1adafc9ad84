"""A linear head with settings that are chosen on rows it was not fitted on.

A subclass says which settings it tries (``_settings``) and how it fits them (``_fit_settings``). Choosing,
the nested estimate and the record are the same for all: by the validation rows where there are some, else by
cross-fitting the rows given to ``fit``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._fits import Fits
from hindmost.heads._folds import repeated_folds
from hindmost.heads._linear import LinearHead
from hindmost.heads._select import Criterion, Selector, check_criterion, scores_of
from hindmost.heads._strata import Strata, read_strata

Settings = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """Rows that a head was not fitted on, to choose its settings by.

    Parameters
    ----------
    X : float array (n, d)
    y, strata : int arrays (n,)      classes 0..c-1, group ids
    cluster : int array (n,) or None
    """

    X: FloatArray
    y: IntArray
    strata: IntArray
    cluster: IntArray | None = None

    @classmethod
    def of(cls, features: Features) -> Self | None:
        """The rows of one split; None where there are none."""
        rows = features.rows
        if not len(rows):
            return None
        return cls(features.X.astype(np.float64), rows.y, rows.strata, rows.cluster)


@dataclass(frozen=True)
class Batch:
    """Fits of k settings on raw features: coef (k, 1 or c, d), intercept (k, 1 or c)."""

    settings: Sequence[Settings]
    coef: FloatArray
    intercept: FloatArray

    def predict(self, X: FloatArray) -> IntArray:
        """Class positions of rows X (n, d), shape (k, n)."""
        return Fits(self.coef, self.intercept).predict(X)


class ChosenHead(LinearHead):
    """Base of heads whose settings are chosen.

    Subclasses call ``_fit_chosen`` in ``fit`` and set ``rows``, ``labels``, ``method``, ``source``.

    Parameters (of every subclass)
    ----------
    select : "worst_group", "worst_class" or "mean"     what a setting is chosen by
    validation : Held or None     the rows that choose; None: five-fold cross-fitting of the rows given to ``fit``
    n_strata : int or None        strata 0..n_strata-1 must all have rows where groups are used; None: those that occur
    random_state : int
    """

    needs_groups: ClassVar[bool]  # does fitting itself, not only choosing, use the strata?

    select: Criterion
    validation: Held | None
    n_strata: int | None
    random_state: int

    @abstractmethod
    def _settings(self) -> list[Settings]:
        """The settings to try, the plainest first: the earlier one wins a tie."""

    @abstractmethod
    def _fit_settings(self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]) -> Iterator[Batch]:
        """Fits of these settings on rows X (n, d) of class positions y (n,), in any number of batches, in order."""

    def _fit_chosen(self, X: FloatArray, y: IntArray, strata: ArrayLike | None, cluster: ArrayLike | None) -> Strata:
        """Fit all settings, set the weights of the chosen one, ``selected_`` and ``val_predicted_``."""
        check_criterion(self.select)
        groups = read_strata(strata, y, self.n_strata, cluster)
        if self.needs_groups or (self.validation is None and self.select == "worst_group"):
            groups.need_all()
        settings = self._settings()
        chosen = self._by_validation if self.validation is not None else self._by_cross_fitting
        best, score = chosen(X, y, groups, settings)
        self.coef_, self.intercept_, self.single_coefs_ = best.coef[0], best.intercept[0], None
        by = "validation rows" if self.validation is not None else "cross-fitted rows"
        self.selected_ = {
            **best.settings[0],
            "chosen_on": f"{self.select} of the {by}",
            "chosen_score": score,
            "settings_tried": len(settings),
            "seed": int(self.random_state),
        }
        return groups

    def _by_validation(
        self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]
    ) -> tuple[Batch, float]:
        held, selector = self._selector()
        for batch in self._fit_settings(X, y, groups, settings):
            selector.offer(batch.predict(held.X), _singles(batch))
        self.val_predicted_ = selector.predicted
        return selector.best, selector.score

    def _selector(self) -> tuple[Held, Selector]:
        """The validation rows, and a selector over them."""
        held = self.validation
        assert held is not None
        if not np.isin(held.y, self.classes_).all():
            raise InputError(
                f"The validation rows hold classes {np.unique(held.y).tolist()}, the fitted rows "
                f"{self.classes_.tolist()}. Fit on rows of every class."
            )
        codes = np.searchsorted(self.classes_, held.y)
        judged = read_strata(held.strata, codes, self.n_strata, held.cluster)
        if self.select == "worst_group":
            judged.need_all()
        return held, Selector(codes, judged, self.select, seed=self.random_state)

    def _by_cross_fitting(
        self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]
    ) -> tuple[Batch, float]:
        judged = groups if self.select == "worst_group" else read_strata(None, y, None, groups.cluster)
        right = np.zeros((len(settings), len(y)), dtype=bool)
        if len(settings) > 1:
            for rest, held in repeated_folds(judged, folds=5, repeats=1, seed=self.random_state):
                fits = self._fit_settings(X[rest], y[rest], groups.take(rest), settings)
                right[:, held] = np.concatenate([batch.predict(X[held]) for batch in fits]) == y[held]
        scores = scores_of(right, judged, self.select)
        best = int(scores.argmax())
        (batch,) = self._fit_settings(X, y, groups, [settings[best]])
        self.val_predicted_ = None
        return batch, float(scores[best])


def _singles(batch: Batch) -> list[Batch]:
    return [Batch([one], batch.coef[k : k + 1], batch.intercept[k : k + 1]) for k, one in enumerate(batch.settings)]
