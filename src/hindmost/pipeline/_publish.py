"""Step: write everything that an audit leaves behind into a draft folder."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from hindmost.core.anatomy import FeatureTable
from hindmost.core.audit import Audit
from hindmost.core.features import Features
from hindmost.core.head import Predictor, margins, runner_up
from hindmost.io.audit_json import write_audit
from hindmost.io.feature_table import write_feature_table
from hindmost.io.head_npz import write_head
from hindmost.io.predictions import write_predictions
from hindmost.io.run_json import write_run
from hindmost.pipeline._anatomy import FILE
from hindmost.pipeline._clock import Clock
from hindmost.pipeline._tables import linear
from hindmost.pipeline.options import AuditOptions
from hindmost.pipeline.report import write_pages

PREDICTIONS = "predictions.parquet"
RUNS = "runs"  # folder of the later runs


def write_results(
    audit: Audit, folder: Path, features: Features, heads: dict[str, Predictor], table: FeatureTable | None
) -> None:
    """Write ``audit.json``, the pages, ``heads/``, ``predictions.parquet``, and the features' table if there is one."""
    write_audit(audit, folder / "audit.json")
    write_pages(audit, folder)
    write_fitted(folder, features, heads, audit.baseline, audit.model.weights_hash)
    if table is not None:
        write_feature_table(folder / FILE, table)


def write_fitted(
    folder: Path, features: Features, heads: dict[str, Predictor], baseline: str, weights_hash: str | None
) -> None:
    """Write ``heads/`` and ``predictions.parquet`` of one network."""
    (folder / "heads").mkdir(parents=True)
    classes = list(features.rows.naming.classes)
    for name, head in linear(heads).items():
        about = {"name": name, "classes": classes, "weights": weights_hash}
        write_head(head, folder / "heads" / f"{name}.npz", about)
    rival = runner_up(heads[baseline].logits(features.X), features.rows.y)
    logits = {name: head.logits(features.X) for name, head in heads.items()}
    shown = {name: margins(values, features.rows.y, rival) for name, values in logits.items()}
    predicted = {name: head.predict(features.X) for name, head in heads.items()}
    write_predictions(folder / PREDICTIONS, features.rows, shown, predicted)


def folder_of_run(folder: Path, number: int) -> Path:
    """Where the heads and predictions of one run lie, counted from 1; those of the first in the folder itself."""
    return folder if number == 1 else folder / RUNS / str(number)


def remove_stale(out: Path, heads: Sequence[Collection[str]], languages: Collection[str], *, features: bool) -> None:
    """Remove what an earlier audit wrote and this one did not: it would look like its own.

    Parameters
    ----------
    heads : for each run, the names of the heads that it wrote
    """
    stale = [file for number, names in enumerate(heads, 1) for file in _other_heads(folder_of_run(out, number), names)]
    stale += [file for file in out.glob("report.*.html") if file.name.split(".")[1] not in languages]
    stale += [] if features else [file for file in (out / FILE,) if file.exists()]
    for file in stale:
        file.unlink()
    for folder in list((out / RUNS).glob("*")):
        if folder.is_dir() and folder.name.isdecimal() and int(folder.name) > len(heads):
            _remove_run(folder)
    _remove_if_empty(out / RUNS)


def _other_heads(folder: Path, names: Collection[str]) -> list[Path]:
    return [file for file in (folder / "heads").glob("*.npz") if file.stem not in names]


def _remove_run(folder: Path) -> None:
    """The files that an audit writes of a later run, and its folders where nothing else is in them."""
    for file in [*_other_heads(folder, ()), folder / PREDICTIONS]:
        file.unlink(missing_ok=True)
    _remove_if_empty(folder / "heads")
    _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):  # it is not there, or holds what is not ours
        folder.rmdir()


def write_run_record(folder: Path, source: Path, out: Path, options: AuditOptions, clock: Clock) -> None:
    """Write ``run.json``: what differs between two runs with the same result."""
    write_run(
        folder / "run.json",
        command=sys.argv,
        started=clock.started,
        seconds=clock.seconds,
        paths={
            "input": source,
            "out": out,
            "metadata": options.data.metadata,
            "card": options.data.card,
            "checkpoint": options.model.checkpoint,
            "policy": options.policy,
        },
        extra={"engine": asdict(options.engine)},
    )
