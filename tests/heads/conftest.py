"""Rows with a shortcut, small enough for a test."""

from collections.abc import Callable

import numpy as np
import pytest

from hindmost.core.features import Features
from hindmost.core.rows import Naming, Rows

TRAIN, VAL, TEST = (180, 12, 12, 180), (60, 40, 30, 60), (200, 200, 200, 200)


def _make(seed: int = 0, d: int = 6, strength: float = 1.5) -> Features:
    """Three splits of four groups: feature 0 carries the class weakly, feature 1 the cue strongly."""
    rng = np.random.default_rng(seed)
    group = np.concatenate([np.repeat(np.arange(4), counts) for counts in (TRAIN, VAL, TEST)])
    split = np.repeat(np.arange(3), [sum(TRAIN), sum(VAL), sum(TEST)])
    y, cue = group // 2, group % 2
    X = rng.normal(size=(len(group), d))
    X[:, 0] += strength * (2 * y - 1)
    X[:, 1] += 3 * (2 * cue - 1)
    naming = Naming(("class 0", "class 1"), ("cue 0", "cue 1"), ("cue",))
    rows = Rows(np.arange(len(group)).astype(str), y, cue, split, naming)
    return Features(rows, X.astype(np.float32))


@pytest.fixture(scope="session")
def shortcut() -> Callable[..., Features]:
    """A maker of features where the cue follows the class in training only."""
    return _make
