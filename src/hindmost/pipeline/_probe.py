"""Step: whether the cue can be read within class, from the features and from the margins of the heads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hindmost.core.features import Features
from hindmost.core.head import Predictor
from hindmost.core.probes import Probe
from hindmost.core.rows import BoolArray, FloatArray, Split
from hindmost.core.sample import sample_per_group
from hindmost.evals.probe import Reading, probe
from hindmost.heads._scaler import scaler_of
from hindmost.heads._solver import l2_fit
from hindmost.pipeline._ranking import second_minus_first

C = 0.01
TEST: Split = "test"
VAL: Split = "val"
MOST_PER_GROUP = 400
MOST_ROWS = 4_000
METHOD = "L2 logistic regression on standardised features, C = 0.01"


def measure_probe(features: Features, heads: dict[str, Predictor], baseline: str, seed: int) -> Probe:
    """Probes fitted on validation rows and read on test rows: up to 400 a group and about 4,000 in all."""
    test, val = (_sample(features.of(split), seed) for split in (TEST, VAL))
    scores = {name: second_minus_first(head, test) for name, head in heads.items()}
    readings = Reading(val.rows, val.X), Reading(test.rows, test.X)
    return probe(*readings, scores, baseline, fit, seed=seed, method=METHOD)


def _sample(features: Features, seed: int) -> Features:
    most = min(MOST_PER_GROUP, MOST_ROWS // features.rows.n_groups)
    everything = np.ones(len(features.rows), dtype=bool)
    return features.take(sample_per_group(features.rows.group, everything, most, np.random.default_rng(seed)))


def fit(X: NDArray[np.floating], target: BoolArray) -> Callable[[NDArray[np.floating]], FloatArray]:
    """A linear probe of a target: rows (m, d) -> scores (m,)."""
    rows = np.asarray(X, dtype=np.float64)
    scaler = scaler_of(rows)
    found = l2_fit(scaler(rows), target.astype(np.int64), C=C, max_iter=1000)
    coef, intercept = scaler.fold(found.coef, found.intercept)
    return lambda new: np.asarray(new @ coef[0] + intercept[0], dtype=np.float64)
