"""run.json."""

import json
from datetime import UTC, datetime
from pathlib import Path

from hindmost.io.run_json import write_run


def test_when_where_and_with_what(tmp_path: Path) -> None:
    write_run(
        tmp_path / "run.json",
        command=["hindmost", "audit", "birds"],
        started=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
        seconds={"read": 0.12345},
        paths={"input": Path("birds"), "policy": None},
        extra={"threads": 2},
    )
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert record["command"] == ["hindmost", "audit", "birds"]
    assert record["started"] == "2025-01-02T03:04:05+00:00"
    assert record["seconds"] == {"read": 0.123}
    assert record["paths"] == {"input": str(Path("birds").absolute()), "policy": None}
    assert record["threads"] == 2
    assert {"python", "hindmost", "numpy"} <= {*record["versions"]}
    assert record["host"]["processors"] >= 1
