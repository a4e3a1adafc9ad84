"""``run.json``: when, where and with what an audit was made; everything that may differ between equal runs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = (
    "hindmost", "numpy", "scipy", "statsmodels", "scikit-learn", "pandas", "pyarrow", "pydantic", "pillow",
    "torch", "torchvision", "timm",
)  # fmt: skip


def write_run(
    path: Path,
    *,
    command: Sequence[str],
    started: datetime,
    seconds: Mapping[str, float],
    paths: Mapping[str, Path | None],
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write what is known of this run and this machine.

    Parameters
    ----------
    path : Path
    command : sequence of str       the command and its arguments
    started : datetime              with a time zone
    seconds : dict                  stage -> wall seconds
    paths : dict                    role -> path as it was given
    extra : dict, optional          further plain values
    """
    now = datetime.now(UTC)
    record = {
        "command": list(command),
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "finished": now.isoformat(timespec="seconds"),
        "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "paths": {role: None if value is None else str(Path(value).absolute()) for role, value in paths.items()},
        "host": host(),
        "versions": versions(),
        **(extra or {}),
    }
    path.write_text(json.dumps(record, allow_nan=False, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def host() -> dict[str, Any]:
    """Name, system, processor and processor count of this machine."""
    return {
        "name": platform.node(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
    }


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that are installed; nothing is imported."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
