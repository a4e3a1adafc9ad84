"""The verb that works on a stored audit: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    source: Annotated[Path, typer.Argument(metavar="AUDIT", help="An audit.json.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the pages. Default: AUDIT's own.")] = None,
) -> None:
    """Draw the report again from audit.json alone: no torch, no data, no model."""
    from hindmost.pipeline.report import report as run

    for file in run(source, source.parent if out is None else out):
        typer.echo(str(file))


def register(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(report)
