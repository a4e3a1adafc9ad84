"""Class-balanced last-layer retraining: the head is fitted again on validation rows, no group is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np

from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._averaged import DECAYS, AveragedHead
from hindmost.heads._chosen import Held
from hindmost.heads._select import Criterion
from hindmost.heads._strata import Strata


class ClassBalanced(AveragedHead):
    """L2 logistic regression in which each class weighs the same, on rows the network did not learn from.

    Parameters
    ----------
    penalties : sequence of float > 0     weight decays on standardised features; the earlier one wins a tie
    select : "worst_class", "mean" or "worst_group"     what the penalty is chosen by; only the last needs groups
    validation : Held or None             the rows that choose; None: five-fold cross-fitting of the fitted rows
    n_strata : int or None                only for "worst_group": strata 0..n_strata-1
    random_state : int                    draws the folds
    tol, max_iter : float, int            certified relative gap of a fit, and its most iterations

    References
    ----------
    LaBonte, Muthukumar, Kumar (2023), Towards last-layer retraining for group robustness with fewer annotations,
    NeurIPS.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]] * 3, [0, 0, 1, 1] * 3
    >>> ClassBalanced().fit(X, y).predict([[0.5], [2.5]])
    array([0, 1])
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class of the validation rows"
    method: ClassVar[str] = "L2 logistic regression on the validation rows, each class weighing the same"
    source: ClassVar[str] = "LaBonte, Muthukumar, Kumar, NeurIPS 2023 (arXiv:2309.08534)"
    needs_groups: ClassVar[bool] = False

    def __init__(
        self,
        penalties: Sequence[float] = DECAYS,
        select: Criterion = "worst_class",
        validation: Held | None = None,
        n_strata: int | None = None,
        random_state: int = 0,
        tol: float = 1e-6,
        max_iter: int = 1000,
    ) -> None:
        super().__init__(penalties, select, validation, n_strata, random_state, tol, max_iter)

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The defaults with the audit's seed: the validation rows fit, and choose by cross-fitting."""
        return cls(n_strata=context.n_strata, random_state=context.seed)

    def _parts(self, X: FloatArray, y: IntArray, groups: Strata) -> tuple[IntArray, IntArray]:
        if self.select == "worst_group":
            groups.need_all()
        return np.arange(len(y)), y

    def _counts(self, y: IntArray, groups: Strata) -> dict[str, int]:
        return {str(k): int(n) for k, n in enumerate(np.bincount(y))}
