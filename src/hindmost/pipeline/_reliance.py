"""Step: how much each head leans on the cue, by swapped twins where they exist, else by dependence."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hindmost.core.features import Features
from hindmost.core.head import Predictor, margins, runner_up
from hindmost.core.rows import IntArray
from hindmost.core.tables import Reliance
from hindmost.evals.association import training_association
from hindmost.evals.dependence import margin_dependence
from hindmost.evals.reliance import swap_reliance

SAMPLE_PER_GROUP = 200
AMONG_ROWS = "twins are rows of the data, without control images"


@dataclass(frozen=True)
class Twins:
    """Features of swapped twins, and of controls, for chosen test rows.

    Parameters
    ----------
    positions : int array, shape (m,)      rows of the features that the twins belong to
    cue : int array, shape (m,)            the cue that each twin shows
    X : float32 array, shape (m, d)
    control : float32 array, shape (m, d), or None
    how : str                              where the twins came from
    """

    positions: IntArray
    cue: IntArray
    X: np.ndarray
    control: np.ndarray | None
    how: str


def measure_reliance(
    features: Features,
    heads: dict[str, Predictor],
    baseline: str,
    twins: Twins | None,
    level: float,
    twins_reason: str | None = None,
) -> dict[str, Reliance]:
    """Reliance of every head, all in the same way; ``twins_reason`` says why no twins exist."""
    if twins is not None:
        return {name: _by_swap(features, head, twins, level) for name, head in heads.items()}
    test = features.of("test")
    rival = runner_up(heads[baseline].logits(test.X), test.rows.y)
    found = {
        name: margin_dependence(test.rows, margins(head.logits(test.X), test.rows.y, rival), level=level)
        for name, head in heads.items()
    }
    return {name: one if one.reason else replace(one, reason=twins_reason) for name, one in found.items()}


def _by_swap(features: Features, head: Predictor, twins: Twins, level: float) -> Reliance:
    found = swap_reliance(
        features.rows.take(twins.positions),
        head.predict(features.X[twins.positions]),
        head.predict(twins.X),
        twins.cue,
        None if twins.control is None else head.predict(twins.control),
        association=training_association(features.rows.of("train")),
        level=level,
    )
    return replace(found, made=twins.how)


def twins_among_rows(features: Features, twin_of: IntArray | None) -> Twins | None:
    """Test rows that are themselves twins of test rows with another cue; they carry no control."""
    if twin_of is None:
        return None
    rows = features.rows
    twin = np.flatnonzero((twin_of >= 0) & rows.mask("test"))
    original = twin_of[twin]
    good = rows.mask("test")[original] & (rows.cue[original] != rows.cue[twin]) & (rows.y[original] == rows.y[twin])
    if not good.any():
        return None
    return Twins(original[good], rows.cue[twin[good]], features.X[twin[good]], None, AMONG_ROWS)
