"""How the store behaves from ten thousand rows to ten million: seconds and peak memory of each stage.

Rows are generated. Each stage runs in a process of its own, whose peak resident memory is read from the kernel:

- extract   photographs -> content shards through the engine, with a network that costs next to nothing
- write     chunks -> the published store (Parquet), 64 features and 2 logits a row
- evaluate  one pass over it: 20 heads, group tables, bounds of the worst group
- pairs     10,000 stratified replicates of each head against the first, from the counts of that pass
- joint     10,000 stratified replicates of all heads on the same rows, from the same counts
- audit     ``hindmost audit FOLDER`` with erm, threshold and dfr: 512 features kept as float16; 60 % of the rows are
            train, 2 % val and 38 % test

Results are added to docs/figures/store.json; ``plot`` draws them and prints the table of docs/store.md.

    python benchmarks/store.py 10000 100000 1000000 10000000     rows of the published store
    python benchmarks/store.py --extract 10000 100000 1000000    rows of an extraction
    python benchmarks/store.py --audit 10000 100000 1000000      rows of an audit, which is printed and not kept
    python benchmarks/store.py plot
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hindmost.features.chunk import Chunk

ORDER = ["extract", "write", "evaluate", "pairs", "joint"]
D, HEADS, CHUNK, DRAWS = 64, 20, 16_384, 10_000
WIDE = 512  # features of an audit
SHARES = [0.7, 0.2, 0.08, 0.02]  # of the four groups
FIGURES = Path(__file__).parents[1] / "docs" / "figures"
RESULTS = FIGURES / "store.json"

Stage = Callable[[int, Path], dict[str, float]]


def generated(rows: int) -> Iterator[Chunk]:
    """Chunks of rows whose first two features carry the class and the cue."""
    from hindmost.core.features import Features
    from hindmost.core.rows import Naming, Rows
    from hindmost.features.chunk import Chunk

    naming = Naming(("landbird", "waterbird"), ("land", "water"), ("place",))
    for start in range(0, rows, CHUNK):
        rng = np.random.default_rng([7, start])
        numbers = np.arange(start, min(start + CHUNK, rows))
        group = rng.choice(4, len(numbers), p=SHARES)
        X = rng.standard_normal((len(numbers), D), dtype=np.float32)
        X[:, 0] += 2 * (group // 2) - 1
        X[:, 1] += 2 * (group % 2) - 1
        ids = np.char.add("r", numbers.astype(np.str_))
        table = Rows(ids, group // 2, group % 2, np.full(len(numbers), 2), naming)
        images = np.array([f"{number:064x}" for number in numbers.tolist()])
        yield Chunk(Features(table, X, X[:, :2]), images)


def heads() -> np.ndarray:
    """Weights (64, 20): all read the class, each leans on the cue and on noise by its own amount."""
    rng = np.random.default_rng(3)
    W = 0.02 * rng.standard_normal((D, HEADS))
    W[0], W[1] = 1.0, np.linspace(0.8, 0.0, HEADS)
    return W.astype(np.float32)


def judged(chunk: Chunk, W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group of each row, and which heads are right on it."""
    rows = chunk.features.rows
    return rows.group, (chunk.features.X @ W > 0) == (rows.y == 1)[:, None]


def extract(rows: int, folder: Path) -> dict[str, float]:
    """Photographs of 8 x 8 pixels, features of the published width."""
    from hindmost.core.dataset import Preprocessing
    from hindmost.core.features import Embedded
    from hindmost.features.digests import of_positions
    from hindmost.features.fill import fill
    from hindmost.features.made import Made
    from hindmost.features.photographs import Photographs
    from hindmost.features.store import FeatureStore

    pictures = np.random.default_rng(0).integers(0, 256, (997, 8, 8, 3), dtype=np.uint8)
    mix = np.random.default_rng(1).standard_normal((192, D), dtype=np.float32)

    def embed(batch: np.ndarray, *, maps: bool = False) -> Embedded:
        X = batch.reshape(len(batch), -1).astype(np.float32) @ mix
        return Embedded(X, X[:, :2])

    shelf = FeatureStore(folder).shelf(Made("bench", Preprocessing(8, 8), {"threads": 1}))
    held: dict[int, float] = {}

    def progress(stage: str, done: int, total: int) -> None:
        if done // (total // 10) not in held:
            held[done // (total // 10)] = memory("VmRSS")

    started = time.perf_counter()
    photographs = Photographs(lambda row: pictures[row % 997], of_positions(rows))
    fill(photographs, embed, shelf, progress=progress)
    return {"seconds": time.perf_counter() - started, "mb_at_a_tenth": held[1], "mb_at_the_end": memory("VmRSS")}


def write(rows: int, folder: Path) -> dict[str, float]:
    """The published store."""
    from hindmost.features.write_table import write_table

    started = time.perf_counter()
    write_table(folder, generated(rows), provenance={"weights": "none: generated rows"})
    return {"seconds": time.perf_counter() - started, "disk_mb": sum(p.stat().st_size for p in folder.iterdir()) / 1e6}


def evaluate(rows: int, folder: Path) -> dict[str, float]:
    """One pass, then everything else from its counts."""
    from hindmost.core.worst import worst_bounds
    from hindmost.evals.stream_bootstrap import drawn_right
    from hindmost.evals.stream_groups import group_tables
    from hindmost.evals.stream_outcomes import count_outcomes
    from hindmost.evals.stream_worst import worst_differences
    from hindmost.features.read_table import read_table

    store, W = read_table(folder), heads()
    started = time.perf_counter()
    passed = (judged(chunk, W) for chunk in store.chunks())
    outcomes = count_outcomes(passed, heads=HEADS, n_groups=4)
    tables = group_tables(outcomes, store.naming.groups, level=0.05)
    bounds = [worst_bounds(right, outcomes.n, level=0.05) for right in outcomes.right.T]
    found = {"seconds": time.perf_counter() - started, "patterns": len(outcomes.count), "mb": memory()}
    started = time.perf_counter()
    changes = worst_differences(outcomes, baseline=0)
    found |= {"pairs_seconds": time.perf_counter() - started, "pairs_mb": memory()}
    started = time.perf_counter()
    drawn = drawn_right(outcomes, draws=DRAWS, rng=np.random.default_rng(0))
    best = np.bincount((drawn / outcomes.n[:, None]).min(axis=1).argmax(axis=1), minlength=HEADS)
    found |= {"joint_seconds": time.perf_counter() - started, "joint_mb": memory()}
    assert sum(row.n for row in tables[0]) == rows
    print(f"worst group of head 0: bounds {bounds[0]}, of head 19: {bounds[19]}; last minus first {changes[19]}; "
          f"head that is best, in {DRAWS} draws: {best.argmax()} in {best.max()}", file=sys.stderr)  # fmt: skip
    return found


def wide(rows: int) -> Iterator[Chunk]:
    """Chunks of 512 features in split order; the cue goes with the class in training."""
    from hindmost.core.features import Features
    from hindmost.core.rows import Naming, Rows
    from hindmost.features.chunk import Chunk

    naming = Naming(("landbird", "waterbird"), ("land", "water"), ("place",), True)
    for start in range(0, rows, CHUNK):
        rng = np.random.default_rng([8, start])
        numbers = np.arange(start, min(start + CHUNK, rows))
        split = np.searchsorted([0.6 * rows, 0.62 * rows], numbers, side="right")
        linked, mixed = (rng.choice(4, len(numbers), p=p) for p in ([0.7, 0.05, 0.03, 0.22], [0.4, 0.3, 0.1, 0.2]))
        group = np.where(split == 0, linked, mixed)
        X = rng.standard_normal((len(numbers), WIDE), dtype=np.float32)
        X[:, 0] += 2 * (group // 2) - 1
        X[:, 1] += 2 * (group % 2) - 1
        table = Rows(np.char.add("r", numbers.astype(np.str_)), group // 2, group % 2, split, naming)
        yield Chunk(Features(table, X))


def audit(rows: int, folder: Path) -> dict[str, float]:
    """The command on a published folder."""
    from hindmost.cli.main import run

    started = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        code = run(["audit", str(folder), "-o", str(folder.parent / "out"), "--heads", "erm,threshold,dfr"])
    assert code == 0
    return {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time()}


def audited(rows: int, home: Path) -> None:
    """Write a folder, then audit it in a process of its own."""
    from hindmost.core.head import Head
    from hindmost.features.write_table import write_table

    coef = 0.05 * np.random.default_rng(0).standard_normal((2, WIDE))
    coef[:, 0] += [-1, 1]
    coef[:, 1] += [-1.2, 1.2]
    head = Head(coef, np.zeros(2))
    write_table(home / "store", wide(rows), provenance={"weights": "none: generated rows"}, head=head,
                data={"rows": rows}, precision="float16")  # fmt: skip
    measured("audit", rows, home / "store")


def memory(kind: str = "VmHWM") -> float:
    """Resident memory of this process, MB: the peak so far, or with VmRSS what it holds now."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{kind}:")[1].split()[0]) / 1e3


STAGES: dict[str, Stage] = {"extract": extract, "write": write, "evaluate": evaluate, "audit": audit}


def measured(stage: str, rows: int, folder: Path) -> dict[str, float]:
    """One stage in a process of its own."""
    command = [sys.executable, __file__, "--stage", stage, str(rows), str(folder)]
    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    print(stage, rows, found, flush=True)
    return {"stage": stage, "rows": rows, **found}


def keep(records: list[dict[str, float]]) -> None:
    """Add results to the file, in place of earlier ones of the same stage and rows."""
    FIGURES.mkdir(exist_ok=True)
    old = json.loads(RESULTS.read_text())["runs"] if RESULTS.exists() else []
    runs = {(run["stage"], run["rows"]): run for run in [*old, *records]}
    said = {"features": D, "heads": HEADS, "draws": DRAWS, "cores": os.cpu_count()}
    RESULTS.write_text(json.dumps({**said, "runs": [runs[key] for key in sorted(runs)]}, indent=1) + "\n")


def main(arguments: list[str]) -> None:
    """Measure the sizes that are named."""
    stages = ["extract"] if arguments[0] == "--extract" else ["write", "evaluate"]
    for rows in [int(size) for size in arguments if size.isdigit()]:
        with tempfile.TemporaryDirectory() as home:
            if arguments[0] == "--audit":
                audited(rows, Path(home))
                continue
            keep([measured(stage, rows, Path(home) / "store") for stage in stages])


def lines() -> list[dict[str, Any]]:
    """One record for each point of the figures."""
    runs = json.loads(RESULTS.read_text())["runs"]
    out = []
    for run in runs:
        for stage, prefix in {"evaluate": [("evaluate", ""), ("pairs", "pairs_"), ("joint", "joint_")]}.get(
            run["stage"], [(run["stage"], "")]
        ):
            out.append({"stage": stage, "rows": run["rows"], "seconds": run[f"{prefix}seconds"],
                        "MB": run[f"{prefix}mb"]})  # fmt: skip
    return out


def table() -> None:
    """The same as lines of a docs page: seconds / peak MB."""
    records = lines()
    sizes = sorted({record["rows"] for record in records})
    print(f"| rows | {' | '.join(ORDER)} |", f"|{'---|' * (1 + len(ORDER))}", sep="\n")
    for rows in sizes:
        cells = {r["stage"]: f"{r['seconds']:.1f} / {r['MB']:.0f}" for r in records if r["rows"] == rows}
        print(f"| {rows:,} | {' | '.join(cells.get(stage, '') for stage in ORDER)} |")


def plot() -> None:
    """Seconds and peak memory against rows, both axes logarithmic for time, rows only for memory."""
    import altair as alt

    records = alt.Data(values=lines())
    for column, title, scale in (
        ("seconds", "seconds", alt.Scale(type="log")),
        ("MB", "peak resident memory, MB", alt.Scale(domain=[0, 4000])),
    ):
        chart = (
            alt.Chart(records, width=460, height=280)
            .mark_line(point=True)
            .encode(
                alt.X("rows:Q", scale=alt.Scale(type="log"), title="rows", axis=alt.Axis(format="~s")),
                alt.Y(f"{column}:Q", scale=scale, title=title),
                alt.Color("stage:N", sort=ORDER),
                alt.Shape("stage:N", sort=ORDER),
            )
        )
        chart.save(FIGURES / f"store_{column.lower()}.svg")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stage"]:
        result = STAGES[sys.argv[2]](int(sys.argv[3]), Path(sys.argv[4]))
        print(json.dumps({"mb": memory(), **result}))
    elif sys.argv[1:] == ["plot"]:
        plot()
        table()
    else:
        main(sys.argv[1:] or ["10000", "100000", "1000000", "10000000"])
