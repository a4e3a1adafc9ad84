"""Group DRO on the last layer: the weights whose worst group loss, penalised, is smallest, with a certificate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._averaged import DECAYS, batch_of, check_penalties, departure, edge_of, need_classes
from hindmost.heads._chosen import Batch, ChosenHead, Held, Settings
from hindmost.heads._grouped import GroupedRows
from hindmost.heads._saddle import Saddle, solve_saddle
from hindmost.heads._scaler import scaler_of
from hindmost.heads._select import Criterion
from hindmost.heads._strata import Strata


class GroupDRO(ChosenHead):
    """Linear classifier that minimises ``max_g (mean loss of g + adjustment / sqrt(n_g)) + weight decay``.

    Parameters
    ----------
    penalties : sequence of float > 0       weight decays on standardised features
    adjustments : sequence of float >= 0    the source's C, which asks more of small groups; each with each penalty
    select : "worst_group", "worst_class" or "mean"     what both are chosen by; the earlier one wins a tie
    validation : Held or None               the rows that choose; None: five-fold cross-fitting of the fitted rows
    n_strata : int or None                  strata 0..n_strata-1 must all have rows; None: those that occur
    random_state : int                      draws the folds
    tol, max_iter : float, int              relative saddle gap of a fit; most iterations of one smooth round

    References
    ----------
    Sagawa, Koh, Hashimoto, Liang (2020), Distributionally robust neural networks for group shifts: on the importance
    of regularization for worst-case generalization, ICLR; their repository group_DRO.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]] * 3, [0, 0, 1, 1] * 3
    >>> GroupDRO().fit(X, y).predict([[0.5], [2.5]])
    array([0, 1])
    """

    rows: ClassVar[FittedOn] = "train"
    labels: ClassVar[str] = "class and group of the train rows, and of the validation rows to choose the settings"
    method: ClassVar[str] = "the linear head with the smallest penalised loss of the worst train group"
    source: ClassVar[str] = "Sagawa, Koh, Hashimoto, Liang, ICLR 2020 (arXiv:1911.08731), here on the last layer alone"
    needs_groups: ClassVar[bool] = True

    def __init__(
        self,
        penalties: Sequence[float] = DECAYS,
        adjustments: Sequence[float] = (0.0, 1.0, 2.0, 3.0),
        select: Criterion = "worst_group",
        validation: Held | None = None,
        n_strata: int | None = None,
        random_state: int = 0,
        tol: float = 1e-4,
        max_iter: int = 1000,
    ) -> None:
        self.penalties = penalties
        self.adjustments = adjustments
        self.select = select
        self.validation = validation
        self.n_strata = n_strata
        self.random_state = random_state
        self.tol = tol
        self.max_iter = max_iter

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """Penalty and adjustment chosen on the audit's validation rows."""
        return cls(validation=Held.of(context.val), n_strata=context.n_strata, random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Fit on rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum that fitting or choosing needs has no rows, or too few to choose by.
        """
        check_penalties(self.penalties)
        if not len(self.adjustments) or not all(np.isfinite(a) and a >= 0 for a in self.adjustments):
            raise InputError(
                f"adjustments expected one or more finite numbers from 0, but {self.adjustments!r} came. "
                "Pass [0.0] for none."
            )
        rows, codes = self._read(X, y)
        groups = self._fit_chosen(rows, codes, strata, cluster)
        self.n_iter_ = self.selected_["iterations"]
        self.selected_ |= {
            "penalties": [float(p) for p in self.penalties],
            "adjustments": [float(a) for a in self.adjustments],
            "at_grid_edge": edge_of(self.penalties, self.selected_["penalty"]),
            "unconverged_fits": int(self.selected_["relative_gap"] > self.tol),
            "scaler": "of the rows it was fitted on",
            "counts": {str(i): int(n) for i, n in zip(groups.ids, np.bincount(groups.codes))},
            **departure(self),
        }
        return self

    def _settings(self) -> list[Settings]:
        return [{"penalty": float(p), "adjustment": float(a)} for a in self.adjustments for p in self.penalties]

    def _fit_settings(self, X: FloatArray, y: IntArray, groups: Strata, settings: list[Settings]) -> Iterator[Batch]:
        groups.need_all()
        need_classes(y, len(self.classes_), "A fit")
        scaler = scaler_of(X)
        rows = GroupedRows(scaler(X), y, groups.codes, len(self.classes_))
        penalties = np.array([one["penalty"] for one in settings])
        wanted = np.array([one["adjustment"] for one in settings])
        adjustments = wanted / np.sqrt(rows.sizes)[:, None]  # (g, k)
        found = solve_saddle(rows, penalties, adjustments, tol=self.tol, max_iter=self.max_iter)
        named = [{**one, **_certificate(found, k, groups)} for k, one in enumerate(settings)]
        yield batch_of(rows, found.points, scaler, named)


def _certificate(found: Saddle, k: int, groups: Strata) -> Settings:
    """What fit k reached: the value, its relative gap, and each group's loss and weight."""
    ids = [str(i) for i in groups.ids]
    return {
        "objective": float(found.value[k]),
        "relative_gap": float(found.gap[k] / found.value[k]),
        "iterations": int(found.n_iter[k]),
        "group_losses": dict(zip(ids, found.losses[:, k].tolist())),
        "group_weights": dict(zip(ids, found.shares[:, k].tolist())),
    }
