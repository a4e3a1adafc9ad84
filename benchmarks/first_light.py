"""The runs that first light must show: three demos, real photographs, stored embeddings.

Each run has a cache of its own, so that nothing is reused. Prints one line a run: seconds, decision, the
worst group before and after, and the groups that pay. Real photographs are used where HINDMOST_REAL_DATA
names them; runs that need them are named as left out elsewhere.

    python benchmarks/first_light.py [NAME ...]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = os.environ.get("HINDMOST_REAL_DATA", "")
RUNS: dict[str, list[str]] = {
    "demo": ["demo"],
    "demo-entangled": ["demo", "--entangled"],
    "demo-balanced": ["demo", "--correlation", "0.5"],
    "embeddings": ["audit", f"{DATA}/waterbirds50/features_lite0.npz"],
    "waterbirds50-checkpoint": [
        "audit",
        f"{DATA}/waterbirds50",
        "--checkpoint",
        f"{DATA}/waterbirds50/erm_lite0.pth",
    ],
    "waterbirds50": ["audit", f"{DATA}/waterbirds50"],
    "isic2017-ruler": [
        "audit",
        f"{DATA}/isic2017",
        "--cue",
        "ruler",
        "--metadata",
        f"{DATA}/isic2017/metadata_ruler95.csv",
    ],
    "isic2017-patches": ["audit", f"{DATA}/isic2017", "--cue", "patches"],
}


def run(name: str, arguments: list[str], out: Path) -> str:
    """One run in a fresh cache; the line that sums it up."""
    with tempfile.TemporaryDirectory() as cache:
        started = time.monotonic()
        command = [str(Path(sys.executable).with_name("hindmost")), *arguments, "-o", str(out)]
        done = subprocess.run(command, env={**os.environ, "HINDMOST_CACHE": cache}, stdout=subprocess.PIPE, check=False)
        seconds = time.monotonic() - started
    if done.returncode not in (0, 1, 3):
        return f"{name}: exit code {done.returncode} after {seconds:.0f} s"
    return (
        f"{name}: {seconds:.0f} s, exit code {done.returncode}, {summary(json.loads((out / 'audit.json').read_text()))}"
    )


def summary(audit: dict) -> str:
    """Decision, accuracies by group before and after, outcomes."""
    lines = [audit["decision"], *[f"+{name}" for name in audit["companions"]]]
    for name in (audit["baseline"], "threshold", "dfr"):
        record = audit["heads"].get(name)
        if record and record["available"]:
            rates = [f"{row['accuracy']:.3f}" if row["n"] else "none" for row in record["groups"]]
            reliance = record["reliance"] or {}
            lines.append(
                f"{name} [{' '.join(rates)}] mean {record['mean']:.3f} reliance {reliance.get('kind')} "
                f"{reliance.get('number')} [{reliance.get('lower_bound')}, {reliance.get('upper_bound')}]"
            )
    if "dfr" in audit["changes"]:
        lines.append("changes " + " ".join(row["outcome"] for row in audit["changes"]["dfr"]["groups"]))
    lines.append("found " + " ".join(f["code"] for f in audit["findings"] if f["outcome"] == "found"))
    return "\n    ".join(lines)


def main(names: list[str]) -> None:
    """Run the named studies, or all."""
    for name in names or RUNS:
        if any(part.startswith("/") and not Path(part).exists() for part in RUNS[name]) or (
            name not in ("demo", "demo-entangled", "demo-balanced") and not DATA
        ):
            print(f"{name}: left out, HINDMOST_REAL_DATA does not hold its photographs")
            continue
        with tempfile.TemporaryDirectory() as out:
            print(run(name, RUNS[name], Path(out) / "out"), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
