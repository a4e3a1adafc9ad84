"""kill -9 during extraction, many times: nothing that was kept is lost, and the resumed store is the same.

A child process extracts generated photographs, with maps of some rows, through the engine that audits use. It is
killed at a random moment. Then, each time:

- every file left is byte for byte one of an extraction that ran through (so nothing is half-written);
- every shard that the child had finished is there, and no more than one begun shard was lost;
- resuming gives the same files, byte for byte, as the extraction that ran through.

Prints one line; exits with 1 where one of this does not hold.

    python benchmarks/kill9.py [KILLS] [SEED]      100 kills by default, about 3 minutes on two cores
    python benchmarks/kill9.py --child FOLDER      one extraction into FOLDER, as the kills use it
"""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from hindmost.core.dataset import Preprocessing
from hindmost.core.features import Embedded
from hindmost.core.progress import Progress, silent
from hindmost.features.digests import digests
from hindmost.features.fill import fill
from hindmost.features.made import Made
from hindmost.features.photographs import Photographs
from hindmost.features.plan import PIECE
from hindmost.features.store import FeatureStore

ROWS, BATCH, WIDTH, SIDE = 3001, 8, 64, 8
MADE = Made("kill9", Preprocessing(SIDE, SIDE), {"runtime": "a matrix product", "threads": 1}, batch=BATCH)
PICTURES = np.random.default_rng(1).integers(0, 256, (997, SIDE, SIDE, 3), dtype=np.uint8)
MIX = np.random.default_rng(0).standard_normal((SIDE * SIDE * 3, WIDTH)).astype(np.float32)


def image(row: int) -> np.ndarray:
    """A photograph that its position determines, made so fast that most of the time goes into files."""
    return PICTURES[row % len(PICTURES)]


def embed(batch: np.ndarray, *, maps: bool = False) -> Embedded:
    """A cheap network."""
    X = batch.reshape(len(batch), -1).astype(np.float32) @ MIX
    return Embedded(X, X[:, :2], np.broadcast_to(X[:, :, None, None], (*X.shape, 2, 2)) if maps else None)


def extract(folder: Path, progress: Progress = silent) -> Path:
    """One extraction; the folder of its shelf."""
    names = digests([hashlib.sha256(str(row).encode()).hexdigest() for row in range(ROWS)])
    shelf = FeatureStore(folder).shelf(MADE)
    fill(Photographs(image, names), embed, shelf, maps_for=range(0, ROWS, 50), progress=progress)
    return shelf.folder


def content(folder: Path) -> dict[str, bytes]:
    """Name and bytes of each file of a shelf."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def killed(folder: Path, seconds: float) -> int | None:
    """Rows that a child had reported when it was killed ``seconds`` into its extraction; None: it was done before."""
    command = [sys.executable, __file__, "--child", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()  # the first report: extraction begins
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        said = child.stdout.read().split("\n")
        child.wait()
    if child.returncode != -signal.SIGKILL:
        return None
    return int(said[-2]) if len(said) > 1 else 0  # the last line may be cut


def trial(whole: dict[str, bytes], seconds: float) -> tuple[bool, bool, int] | None:
    """After one kill: is all as promised, was a file being written, how many rows were lost."""
    with tempfile.TemporaryDirectory() as home:
        reported = killed(Path(home), seconds)
        if reported is None:
            return None
        folder = FeatureStore(Path(home)).root / MADE.key
        left = content(folder)
        finished = {name: data for name, data in left.items() if not name.endswith(".part")}
        kept = len(FeatureStore(Path(home)).shelf(MADE).index("rows").contents)
        step = PIECE * BATCH
        held = (
            finished.items() <= whole.items()
            and kept >= reported // step * step
            and reported - kept <= step
            and content(extract(Path(home))) == whole
        )
        return held, len(left) > len(finished), max(reported - kept, 0)


def main(kills: int, seed: int) -> int:
    """Run the trials, print what happened."""
    rng = random.Random(seed)
    home = Path(tempfile.mkdtemp())
    try:
        extract(home / "warm")
        started = time.monotonic()
        whole = content(extract(home / "whole"))
        seconds = time.monotonic() - started
    finally:
        shutil.rmtree(home)
    trials: list[tuple[bool, bool, int]] = []
    late = 0
    while len(trials) < kills and late <= kills + 20:
        found = trial(whole, rng.uniform(0, seconds))
        late += found is None
        trials += [found] if found else []
    held, writing = sum(t[0] for t in trials), sum(t[1] for t in trials)
    again = max((t[2] for t in trials), default=0)
    print(
        f"{len(trials)} kills of an extraction of {ROWS} rows in {len(whole)} files ({seconds:.2f} s): resumed store "
        f"identical and nothing kept lost {held} times; {writing} kills came while a file was being written; most "
        f"rows computed again {again} of at most {PIECE * BATCH}; {late} more kills came too late"
    )
    return 0 if held == kills else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        extract(Path(sys.argv[2]), lambda _, done, total: print(done, flush=True))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
