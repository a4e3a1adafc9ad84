"""What a head may see when it is set up for an audit."""

from __future__ import annotations

from dataclasses import dataclass

from hindmost.core.features import Features
from hindmost.core.head import Head


@dataclass(frozen=True)
class FitContext:
    """The rows and the baseline that a head is built from.

    Parameters
    ----------
    train, val : Features         the rows of the two splits
    baseline : Head or None       the network's own head; None where it is not known
    seed : int                    drives every random choice of the fit
    n_strata : int or None        number of groups that must all have rows; None: the strata that exist
    """

    train: Features
    val: Features
    baseline: Head | None
    seed: int
    n_strata: int | None
