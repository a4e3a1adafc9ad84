"""How seconds grow with rows, features and problems: ours and liblinear's, measured and drawn."""

from __future__ import annotations

import json
from pathlib import Path

import altair as alt
import numpy as np
import vl_convert

from _heads_data import balanced, features, standardised
from _heads_fits import GRID, Kind, measure

NAMES = {"rows": "rows of one fit", "features": "features", "problems": "problems over the same rows"}


def measured(*, quick: bool, rng: np.random.Generator) -> list[dict[str, float | str]]:
    """One record a size and solver: seconds of a path of 7 C for each problem, largest gap 1e-4."""
    sizes = {
        "rows": (80, 160, 320, 532) if quick else (80, 160, 320, 532, 1000, 2000),
        "features": (256, 512) if quick else (256, 512, 1024, 2048, 4096),
        "problems": (1, 4) if quick else (1, 4, 16, 64),
    }
    records: list[dict[str, float | str]] = []
    for axis, values in sizes.items():
        for value in values:
            timing = measure(_kind(axis, value, rng), 1 if axis != "problems" else 2, rng)
            for solver, seconds in (("hindmost", timing.ours), ("liblinear", timing.theirs)):
                records.append({"axis": axis, "size": value, "solver": solver, "seconds": seconds})
    return records


def _kind(axis: str, value: int, rng: np.random.Generator) -> Kind:
    splits = features(value if axis == "features" else 2048)
    rows = standardised(splits["test" if axis == "rows" else "val"], splits["train"].X)
    size = value // 4 if axis == "rows" else 133
    many = value if axis == "problems" else 1
    everyone = np.arange(len(rows.y))
    return Kind(axis, rows.X, rows.y, [balanced(rows.g, everyone, rng, size) for _ in range(many)], GRID)


def drawn(records: list[dict[str, float | str]], folder: Path) -> None:
    """One SVG an axis, log-log, and the numbers beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "solver_growth.json").write_text(json.dumps(records, indent=1) + "\n")
    for axis, title in NAMES.items():
        rows = [record for record in records if record["axis"] == axis]
        chart = (
            alt.Chart(alt.Data(values=rows), width=360, height=240, title=f"seconds by {title}")
            .mark_line(point=True)
            .encode(
                x=alt.X("size:Q", scale=alt.Scale(type="log"), title=title),
                y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds, 7 C each, gap 1e-4"),
                color=alt.Color("solver:N"),
                strokeDash=alt.StrokeDash("solver:N"),
                shape=alt.Shape("solver:N"),
            )
        )
        (folder / f"solver_{axis}.svg").write_text(vl_convert.vegalite_to_svg(chart.to_json()))
