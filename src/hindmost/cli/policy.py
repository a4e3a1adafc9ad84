"""The verb that starts a policy file: policy init."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Write down what counts as enough, before looking.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Write down what counts as enough, before looking."""


@app.command()
def init(
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write; - prints it.")] = Path("policy.yaml"),
) -> None:
    """Write a policy file with every field, its meaning, values and default; an existing file is kept."""
    from hindmost.pipeline.policy import init as run
    from hindmost.pipeline.policy import template

    if str(out) == "-":
        typer.echo(template(), nl=False)
        return
    typer.echo(str(run(out)))


def register(root: typer.Typer) -> None:
    """Add this verb to the command."""
    root.add_typer(app, name="policy")
