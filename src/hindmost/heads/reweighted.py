"""RWG: logistic regression on the train rows in which each group weighs the same."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._averaged import AveragedHead
from hindmost.heads._chosen import Held
from hindmost.heads._strata import Strata


class Reweighted(AveragedHead):
    """L2 logistic regression, each row weighted by one over the size of its group.

    Parameters
    ----------
    penalties : sequence of float > 0     weight decays on standardised features; the earlier one wins a tie
    select : "worst_group", "worst_class" or "mean"     what the penalty is chosen by
    validation : Held or None             the rows that choose; None: five-fold cross-fitting of the fitted rows
    n_strata : int or None                strata 0..n_strata-1 must all have rows; None: those that occur
    random_state : int                    draws the folds
    tol, max_iter : float, int            certified relative gap of a fit, and its most iterations

    References
    ----------
    Idrissi, Arjovsky, Pezeshki, Lopez-Paz (2022), Simple data balancing achieves competitive worst-group-accuracy,
    CLeaR; their repository BalancingGroups, method ``rwg``.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]] * 3, [0, 0, 1, 1] * 3
    >>> Reweighted().fit(X, y).predict([[0.5], [2.5]])
    array([0, 1])
    """

    rows: ClassVar[FittedOn] = "train"
    labels: ClassVar[str] = "class and group of the train rows, and of the validation rows to choose the penalty"
    method: ClassVar[str] = "L2 logistic regression on the train rows, each group weighing the same"
    source: ClassVar[str] = "RWG of Idrissi et al., CLeaR 2022 (arXiv:2110.14503), here on the last layer alone"
    needs_groups: ClassVar[bool] = True

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The penalty chosen on the audit's validation rows."""
        return cls(validation=Held.of(context.val), n_strata=context.n_strata, random_state=context.seed)

    def _parts(self, X: FloatArray, y: IntArray, groups: Strata) -> tuple[IntArray, IntArray]:
        groups.need_all()
        return np.arange(len(y)), groups.codes

    def _counts(self, y: IntArray, groups: Strata) -> dict[str, int]:
        return {str(i): int(n) for i, n in zip(groups.ids, np.bincount(groups.codes))}
