"""Rows for tests, from classes and cues."""

from collections.abc import Callable

import numpy as np
import pytest

from hindmost.core.rows import Naming, Rows


@pytest.fixture(scope="session")
def make_rows() -> Callable[..., Rows]:
    def make(y, cue, *, classes=2, cues=2, split="test", cluster=None) -> Rows:
        y, cue = np.array(y, dtype=np.int64), np.array(cue, dtype=np.int64)
        naming = Naming(tuple(f"y={i}" for i in range(classes)), tuple(f"a={i}" for i in range(cues)), ("a",))
        ids = np.array([f"row{i}" for i in range(len(y))], dtype=np.str_)
        number = {"train": 0, "val": 1, "test": 2}[split]
        clusters = None if cluster is None else np.array(cluster, dtype=np.int64)
        return Rows(ids, y, cue, np.full(len(y), number, dtype=np.int64), naming, clusters)

    return make
