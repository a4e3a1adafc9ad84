"""Logistic regression on the train rows: the named baseline where the network's own head is not known."""

from __future__ import annotations

from typing import ClassVar, Self

from numpy.typing import ArrayLike

from hindmost.core.fitting import FitContext, FittedOn
from hindmost.heads._linear import LinearHead
from hindmost.heads._scaler import scaler_of
from hindmost.heads._solver import l2_fit
from hindmost.heads._strata import read_strata


class Refit(LinearHead):
    """L2 logistic regression on standardised features, scaler folded in.

    Parameters
    ----------
    C : float > 0          inverse of the L2 penalty's strength, on standardised features
    max_iter : int         of lbfgs; whether it was reached is recorded

    Examples
    --------
    >>> Refit().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]).predict([[0.5], [2.5]])
    array([0, 1])
    """

    rows: ClassVar[FittedOn] = "train"
    labels: ClassVar[str] = "class of the train rows"
    method: ClassVar[str] = "L2 logistic regression on the standardised train rows; no group is looked at"
    source: ClassVar[str] = "plain logistic regression (scikit-learn, lbfgs)"

    def __init__(self, C: float = 1.0, max_iter: int = 1000) -> None:
        self.C = C
        self.max_iter = max_iter

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The defaults: nothing of the audit is needed."""
        return cls()

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Fit on rows X (n, d) of classes y (n,); strata are checked and not used."""
        rows, codes = self._read(X, y)
        read_strata(strata, codes, None, cluster)
        scaler = scaler_of(rows)
        found = l2_fit(scaler(rows), codes, C=self.C, max_iter=self.max_iter)
        self.coef_, self.intercept_ = scaler.fold(found.coef, found.intercept)
        self.n_iter_ = found.n_iter
        self.single_coefs_ = None
        self.selected_ = {
            "C": float(self.C),
            "chosen_on": "nothing: fixed beforehand",
            "penalty": "l2",
            "scaler": "mean and standard deviation of the rows it was fitted on",
            "unconverged_fits": int(not found.converged),
        }
        return self
