"""The command: from arguments to an exit code.

0 done, 1 the gate failed, 2 bad input or usage, 3 nothing can be compared, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.main import get_command

from hindmost import __version__
from hindmost.backbones.runtimes.memory import keep_memory
from hindmost.cli import inspect, policy, report, verbs
from hindmost.core.errors import HindmostError, NothingToCompare

app = typer.Typer(
    name="hindmost",
    help="Is retraining the last layer enough to stop a classifier leaning on a spurious cue, or does it need more?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

INTERRUPTED = 130


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hindmost {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Is retraining the last layer enough, or does this model need more?"""


verbs.register(app)
report.register(app)
policy.register(app)
inspect.register(app)


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code; talk goes to stderr."""
    keep_memory()
    try:
        code = get_command(app).main(list(arguments), prog_name="hindmost", standalone_mode=False)
    except typer.TyperException as usage:
        return _say(f"Error: {usage.format_message()} See hindmost --help.", 2)
    except NothingToCompare as nothing:
        return _say(f"Nothing can be compared: {nothing}", 3)
    except HindmostError as error:
        return _say(f"Error: {error}", 2)
    if code == INTERRUPTED:
        return _say("Interrupted. Finished work is kept; the same command goes on from there.", code)
    return int(code or 0)


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def main() -> None:
    """Entry point of the ``hindmost`` command."""
    raise SystemExit(run(sys.argv[1:]))
