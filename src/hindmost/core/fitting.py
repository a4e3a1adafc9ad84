"""What a head may see when it is set up for an audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hindmost.core.features import Features
from hindmost.core.head import Head

FittedOn = Literal["train", "held_out", "val", "none"]


@dataclass(frozen=True)
class FitContext:
    """The rows and the baseline that a head is built from.

    Parameters
    ----------
    train, val : Features         the rows of the two splits
    baseline : Head or None       the network's own head; None where it is not known
    seed : int                    drives every random choice of the fit
    n_strata : int or None        number of groups that must all have rows; None: the strata that exist
    held_out : Features or None   the train rows that the network's own training did not see; None: it saw all
    """

    train: Features
    val: Features
    baseline: Head | None
    seed: int
    n_strata: int | None
    held_out: Features | None = None

    def fitted_on(self, rows: FittedOn) -> Features:
        """The rows that a head of this kind is fitted on; the train rows stand in for rows that were not held out."""
        if rows == "held_out":
            return self.train if self.held_out is None else self.held_out
        return self.val if rows == "val" else self.train
