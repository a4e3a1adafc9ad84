"""The verbs that look at hindmost itself: list, doctor, explain."""

from __future__ import annotations

import json as json_text
from typing import Annotated

import typer

from hindmost.pipeline.doctor import examine
from hindmost.pipeline.explain import explain as page_of
from hindmost.pipeline.listing import KINDS, Kind, catalogue

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


def list_(
    kind: Annotated[Kind | None, typer.Argument(help=f"One of {', '.join(KINDS)}; all when left out.")] = None,
    json: Json = False,
) -> None:
    """List the heads, rules, data sets and backbones that hindmost knows."""
    found = catalogue(kind)
    if json:
        typer.echo(json_text.dumps(found, indent=2, ensure_ascii=False))
        return
    for name, entries in found.items():
        typer.echo(f"{name}:")
        for key, line in entries.items():
            typer.echo(f"  {key:<20} {line}")


def doctor(json: Json = False) -> int:
    """Look at this machine: what is installed, what is missing, and what follows."""
    checks = examine()
    if json:
        typer.echo(json_text.dumps(checks, indent=2, ensure_ascii=False))
    else:
        for check in checks:
            typer.echo(f"{'ok ' if check['ok'] else '-- '} {check['name']}: {check['says']}")
    return 0 if all(check["ok"] or not check["needed"] for check in checks) else 2


def explain(code: Annotated[str, typer.Argument(help="Code of a rule, such as HM003.")]) -> None:
    """Show the page of one rule: how detected, why it matters, what to do."""
    typer.echo(page_of(code.upper()))


def register(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    app.command("list")(list_)
    app.command()(doctor)
    app.command()(explain)
