"""The generated photographs, whose knobs set what is wrong: a network is trained and audited for each seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hindmost.core.audit import Audit
from hindmost.io.audit_json import read_audit
from hindmost.pipeline.demo import DemoOptions, demo

SEEDS = 5


@dataclass(frozen=True)
class Setting:
    """Knobs under a name; ``made_for`` is the decision that they were made to show, and no population value."""

    name: str
    made_for: str
    options: DemoOptions


SETTINGS = (  # the head at fault, the features at fault, nothing at fault
    Setting("default", "treatment_sufficient", DemoOptions()),
    Setting("entangled", "surgery_needed", DemoOptions(entangled=True)),
    Setting("no correlation", "no_shortcut_found", DemoOptions(correlation=0.5)),
)


def run_all(folder: Path, seeds: int = SEEDS) -> Iterator[tuple[Setting, int, Audit]]:
    """Seed after seed, each with every setting: generate, train and audit what is not kept in ``folder`` yet."""
    for seed in range(seeds):
        for setting in SETTINGS:
            out = out_of(folder, setting, seed)
            if not (out / "audit.json").is_file():
                demo(out, replace(setting.options, seed=seed))
            yield setting, seed, read_audit(out / "audit.json")


def out_of(folder: Path, setting: Setting, seed: int) -> Path:
    """Where the audit of one run is kept."""
    return folder / "bluebox" / f"{setting.name.replace(' ', '_')}_{seed}"
