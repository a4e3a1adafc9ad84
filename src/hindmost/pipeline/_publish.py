"""Step: write everything that an audit leaves behind into a draft folder."""

from __future__ import annotations

import sys
from collections.abc import Collection
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


def write_results(
    audit: Audit, folder: Path, features: Features, heads: dict[str, Predictor], table: FeatureTable | None
) -> None:
    """Write ``audit.json``, the pages, ``heads/``, ``predictions.parquet``, and the features' table if there is one."""
    write_audit(audit, folder / "audit.json")
    write_pages(audit, folder)
    (folder / "heads").mkdir()
    for name, head in linear(heads).items():
        about = {"name": name, "classes": list(audit.data.classes), "weights": audit.model.weights_hash}
        write_head(head, folder / "heads" / f"{name}.npz", about)
    rival = runner_up(heads[audit.baseline].logits(features.X), features.rows.y)
    logits = {name: head.logits(features.X) for name, head in heads.items()}
    shown = {name: margins(values, features.rows.y, rival) for name, values in logits.items()}
    predicted = {name: head.predict(features.X) for name, head in heads.items()}
    write_predictions(folder / "predictions.parquet", features.rows, shown, predicted)
    if table is not None:
        write_feature_table(folder / FILE, table)


def remove_stale(out: Path, heads: Collection[str], languages: Collection[str], *, features: bool) -> None:
    """Remove what an earlier audit wrote and this one did not: it would look like its own."""
    stale = [file for file in (out / "heads").glob("*.npz") if file.stem not in heads]
    stale += [file for file in out.glob("report.*.html") if file.name.split(".")[1] not in languages]
    stale += [] if features else [file for file in (out / FILE,) if file.exists()]
    for file in stale:
        file.unlink()


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
