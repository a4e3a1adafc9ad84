"""Step: what swapped twins do to answers and margins of each head, and which features carry it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hindmost.core.features import Features
from hindmost.core.head import Predictor, margins, runner_up
from hindmost.core.rows import BoolArray, FloatArray, IntArray
from hindmost.core.twins import FeatureBlame, PairEffect
from hindmost.evals.feature_blame import feature_blame
from hindmost.evals.pair_effect import Arms, pair_effect
from hindmost.pipeline._reliance import Twins
from hindmost.pipeline._tables import linear

TOP = 5


def twin_effects(
    features: Features, heads: dict[str, Predictor], baseline: str, twins: Twins | None, seed: int
) -> dict[str, tuple[PairEffect, ...]]:
    """Flips toward and away from harm, and margin shifts, of every head; empty where there are no twins."""
    if twins is None:
        return {}
    rows, rival = features.rows.take(twins.positions), _rival(features, heads, baseline, twins)
    original = features.X[twins.positions]

    def arms(of: Callable[[NDArray[np.float32]], FloatArray | BoolArray]) -> Arms:
        return Arms(of(original), of(twins.X), None if twins.control is None else of(twins.control))

    return {
        name: pair_effect(
            rows,
            arms(lambda X, head=head: margins(head.logits(X), rows.y, rival)),  # type: ignore[misc]
            arms(lambda X, head=head: head.predict(X) == rows.y),  # type: ignore[misc]
            seed=seed,
        )
        for name, head in heads.items()
    }


def blames(
    features: Features, heads: dict[str, Predictor], baseline: str, twins: Twins | None
) -> dict[str, tuple[FeatureBlame, ...]]:
    """The margin shift by feature, for every linear head but the baseline; empty where the baseline is not linear."""
    shown = linear(heads)
    if twins is None or baseline not in shown:
        return {}
    rows, rival = features.rows.take(twins.positions), _rival(features, heads, baseline, twins)
    return {
        name: feature_blame(
            rows, features.X[twins.positions], twins.X, twins.control, rival, shown[baseline], head, top=TOP
        )
        for name, head in shown.items()
        if name != baseline
    }


def _rival(features: Features, heads: dict[str, Predictor], baseline: str, twins: Twins) -> IntArray:
    logits = heads[baseline].logits(features.X[twins.positions])
    return runner_up(logits, features.rows.y[twins.positions])
