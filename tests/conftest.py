"""What every test may use."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hindmost.core.rows import Naming, Rows

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads slow a shared machine

ABSENT = "HINDMOST_REAL_DATA is not set: the real photographs are not here"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real photographs, or a skip that says why."""
    named = os.environ.get("HINDMOST_REAL_DATA")
    if not named:
        pytest.skip(ABSENT)
    folder = Path(named)
    if not (folder / "waterbirds50" / "metadata.csv").is_file():
        pytest.fail(f"HINDMOST_REAL_DATA names {folder}, which holds no waterbirds50/metadata.csv")
    return folder


@pytest.fixture(scope="session")
def make_rows() -> Callable[..., Rows]:
    """Rows of one split, from classes and cues."""

    def make(y, cue, *, classes=2, cues=2, split="test", cluster=None) -> Rows:
        y, cue = np.array(y, dtype=np.int64), np.array(cue, dtype=np.int64)
        naming = Naming(tuple(f"y={i}" for i in range(classes)), tuple(f"a={i}" for i in range(cues)), ("a",))
        ids = np.array([f"row{i}" for i in range(len(y))], dtype=np.str_)
        number = {"train": 0, "val": 1, "test": 2}[split]
        clusters = None if cluster is None else np.array(cluster, dtype=np.int64)
        return Rows(ids, y, cue, np.full(len(y), number, dtype=np.int64), naming, clusters)

    return make


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the real-data tests that did not run, so that a green run cannot hide them."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if ABSENT in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"real-data tests skipped: {len(skipped)} ({ABSENT})")
