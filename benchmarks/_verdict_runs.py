"""Runs of one cell, counted; kept in a JSON file so that a longer run goes on where a shorter one ended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

from hindmost.core.findings import Finding

Held = tuple[str, ...]  # the decision and its companions


class Run(NamedTuple):
    """One data set: what is true, whether "sufficient" is, what held, why, and the rules whose "found" is false."""

    truth: str
    enough: bool
    held: Held
    findings: tuple[Finding, ...]
    untrue: tuple[str, ...] = ()


One = Callable[[np.random.Generator, int], Run]
EFFECTS = ("HM001", "HM002", "HM003", "HM004", "HM005", "HM006", "HM007", "HM010")  # the others count rows and files
CURVE = ("HM013", "HM014")  # what the label-budget curve says


@dataclass
class Counts:
    """What was decided in the runs of one cell.

    Parameters
    ----------
    name, grid : str
    runs : int
    false : int                         "sufficient" held, as decision or companion, and is not true
    decided : dict                      truth -> decision -> runs
    found : dict                        rule -> runs in which it was found
    any_found : int                     runs in which any rule that claims an effect was found
    seconds : float                     of the processor
    untrue : dict                       rule of the label curve -> runs in which its "found" would be false
    falsely : dict                      rule -> those of them in which it was found all the same
    """

    name: str
    grid: str
    runs: int = 0
    false: int = 0
    decided: dict[str, dict[str, int]] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    any_found: int = 0
    seconds: float = 0.0
    untrue: dict[str, int] = field(default_factory=dict)
    falsely: dict[str, int] = field(default_factory=dict)

    def add(self, run: Run) -> None:
        """One more run."""
        found = [f.code for f in run.findings if f.outcome == "found" and f.code in EFFECTS + CURVE]
        self.runs += 1
        self.false += "treatment_sufficient" in run.held and not run.enough
        self.any_found += any(code in EFFECTS for code in found)
        row = self.decided.setdefault(run.truth, {})
        row[run.held[0]] = row.get(run.held[0], 0) + 1
        self.found = dict(Counter(self.found) + Counter(found))
        self.untrue = dict(Counter(self.untrue) + Counter(run.untrue))
        self.falsely = dict(Counter(self.falsely) + Counter(code for code in found if code in run.untrue))


def read(path: Path, name: str, grid: str) -> Counts:
    """The counts so far."""
    return Counts(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else Counts(name, grid)


def write(path: Path, counts: Counts) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(counts), indent=1), encoding="utf-8")
    fresh.replace(path)  # whoever reads meanwhile reads whole counts


def path_of(folder: Path, grid: str, name: str) -> Path:
    return folder / grid / ("".join(c if c.isalnum() else "_" for c in name) + ".json")


def generator(name: str, run: int, seed: int) -> np.random.Generator:
    """Its own stream for each run of each cell, so that pieces of a run add up to the whole."""
    return np.random.default_rng([seed, crc32(name.encode()), run])
