"""Step: several networks, each audited alone, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hindmost.core.audit import Audit
from hindmost.core.dataset import Dataset
from hindmost.core.errors import InputError
from hindmost.core.head import Predictor
from hindmost.core.rows import BoolArray, Rows
from hindmost.core.runs import RunRow, Runs
from hindmost.evals.several_runs import METHOD, pooled_worst
from hindmost.pipeline._seen import Seen
from hindmost.pipeline.options import AuditOptions


@dataclass(frozen=True)
class Run:
    """One network's audit, and which test rows its heads get right."""

    name: str
    audit: Audit
    rows: Rows
    before: BoolArray
    after: BoolArray | None


def options_of_runs(options: AuditOptions, dataset: Dataset) -> list[tuple[str, AuditOptions]]:
    """The options of each run with its name; the first is the one that is shown.

    Raises
    ------
    InputError
        Several runs of stored embeddings, of one checkpoint, or with options that describe one checkpoint.
    """
    first, more = options.model.checkpoint, options.more_checkpoints
    if options.runs == 1 and not more:
        return [("", options)]
    if dataset.images is None:
        raise InputError("Stored embeddings come from one network. Leave out --runs, or pass the folder of images.")
    if first is not None and options.runs > 1:
        raise InputError(
            "--runs trains networks, and a checkpoint is trained already. Leave out --runs, and repeat --checkpoint "
            "for every network of the same kind that you have."
        )
    if more and (options.model.early is not None or options.model.held_out is not None):
        raise InputError("--early and --held-out describe one network, but several checkpoints came. Leave them out.")
    if first is None:
        return [(f"seed {options.seed + k}", replace(options, seed=options.seed + k)) for k in range(options.runs)]
    files: list[Path] = [first, *more]
    models = [replace(options.model, checkpoint=file) for file in files]
    return [(f"checkpoint {k + 1}", replace(options, model=model)) for k, model in enumerate(models)]


def as_run(name: str, audit: Audit, seen: Seen, heads: dict[str, Predictor], deciding: str) -> Run:
    """Keep of one network's audit what the others are set against."""
    test = seen.features.of("test")
    before = heads[audit.baseline].predict(test.X) == test.rows.y
    treated = deciding in heads and deciding != audit.baseline
    return Run(name, audit, test.rows, before, heads[deciding].predict(test.X) == test.rows.y if treated else None)


def together(runs: list[Run], deciding: str, seed: int) -> Runs:
    """The table of all runs, and their worst group pooled."""
    first = runs[0]
    without = [run.name for run in runs if run.after is None]
    after = None if without else np.stack([run.after for run in runs if run.after is not None])
    if any(len(run.rows) != len(first.rows) or (run.rows.ids != first.rows.ids).any() for run in runs):
        raise InputError("The runs were made on different test rows. Keep the folder as it is while hindmost works.")
    pooled = pooled_worst(first.rows, np.stack([run.before for run in runs]), after, seed=seed)
    reason = f"{deciding} is not available in: {', '.join(without)}" if without else None
    return Runs(deciding, tuple(_row(run, deciding) for run in runs), *pooled, reason, METHOD)


def _row(run: Run, deciding: str) -> RunRow:
    audit = run.audit
    change = audit.changes.get(deciding)
    worst = {name: audit.heads[name].worst_group for name in (audit.baseline, deciding) if name in audit.heads}
    before, after = worst[audit.baseline], worst.get(deciding)
    assert before is not None
    assert before.test_minimum is not None
    return RunRow(
        run.name,
        audit.model.weights_hash,
        audit.decision,
        (audit.decision, *audit.companions),
        before.test_minimum,
        None if run.after is None or after is None else after.test_minimum,
        None if change is None else change.worst_difference,
        None if change is None else change.worst_low,
        None if change is None else change.worst_high,
        {finding.code: finding.outcome for finding in audit.findings},
    )
