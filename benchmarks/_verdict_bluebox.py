"""The generated photographs, whose knobs set what is wrong: a network is trained and audited for each seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from _verdict_runs import One, Run
from hindmost.pipeline.demo import DemoOptions, demo


@dataclass(frozen=True)
class Cell:
    """Knobs under a name; ``truth`` is what they were made to show, and no population value."""

    name: str
    truth: str
    options: DemoOptions
    runs: int = 5


def cells() -> Iterator[Cell]:
    """The head at fault, the features at fault, and nothing at fault."""
    yield Cell("default", "treatment_sufficient", DemoOptions())
    yield Cell("entangled", "surgery_needed", DemoOptions(entangled=True))
    yield Cell("no correlation", "no_shortcut_found", DemoOptions(correlation=0.5))


def once(cell: Cell) -> One:
    """Generate, train and audit with the seed of the run."""

    def run(rng: np.random.Generator, seed: int) -> Run:
        with TemporaryDirectory() as folder:
            audit = demo(Path(folder) / "out", replace(cell.options, seed=seed))
        held = (audit.decision, *audit.companions)
        return cell.truth, cell.truth == "treatment_sufficient", held, audit.findings

    return run
