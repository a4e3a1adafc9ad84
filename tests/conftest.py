"""What every test may use."""

import os
from pathlib import Path

import pytest

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the real-data tests that did not run, so that a green run cannot hide them."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if ABSENT in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"real-data tests skipped: {len(skipped)} ({ABSENT})")
