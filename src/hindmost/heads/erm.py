"""ERM: the network's own head, as it came out of training."""

from __future__ import annotations

from typing import ClassVar, Self

from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.head import Head
from hindmost.heads._linear import LinearHead
from hindmost.heads._strata import read_strata
from hindmost.heads.refit import Refit


class ERM(LinearHead):
    """The head that the network was trained with; ``fit`` only checks that the rows belong to it.

    Parameters
    ----------
    base : Head or None
        the network's own head, for classes 0..c-1. None: a logistic regression of the rows given to
        ``fit`` stands in, so that the class works alone; an audit never calls that one ``erm``.

    Attributes
    ----------
    stand_in_ : bool       True where the logistic regression stands in
    """

    rows: ClassVar[FittedOn] = "none"
    labels: ClassVar[str] = "none beyond the network's own training"
    method: ClassVar[str] = "the network's own last layer, nothing is fitted"
    source: ClassVar[str] = "empirical risk minimisation (the training of the network)"

    def __init__(self, base: Head | None = None) -> None:
        self.base = base

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The network's head of the audit.

        Raises
        ------
        InputError
            The audit has no head of the network.
        """
        if context.baseline is None:
            raise InputError(
                "erm expected the network's own head, but none is known. Pass a checkpoint, or features with their "
                "logits; without either the baseline is 'refit'."
            )
        return cls(base=context.baseline)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Check rows X (n, d) of classes y (n,) against the head; strata are checked and not used."""
        self.stand_in_ = self.base is None
        if self.base is None:
            self._stand_in(X, y, strata, cluster)
        else:
            _, codes = self._read_for(self.base, X, y)
            read_strata(strata, codes, None, cluster)
            self._set(self.base)
        self.single_coefs_ = None
        self.selected_ = {"chosen_on": "nothing: the network's own head", "stand_in": self.stand_in_}
        return self

    def _stand_in(self, X: ArrayLike, y: ArrayLike, strata: ArrayLike | None, cluster: ArrayLike | None) -> None:
        self._read(X, y)
        logistic = Refit().fit(X, y, strata=strata, cluster=cluster)
        self.coef_, self.intercept_ = logistic.coef_, logistic.intercept_
