"""Write the generated pages again: the command reference and the JSON Schema of an audit."""

import contextlib
import io
import os
from pathlib import Path

from hindmost.cli.main import run
from hindmost.io.audit_json import schema_text

DOCS = Path(__file__).parent
VERBS = ("audit", "demo", "train", "features", "report", "list", "doctor", "explain")


def command_reference() -> str:
    """Help texts of the command and its verbs, as Markdown."""
    parts = ["# Command reference", "", "Generated from `--help` by `make docs`.", "", _help()]
    for verb in VERBS:
        parts += [f"## hindmost {verb}", "", _help(verb)]
    return "\n".join(parts)


def _help(*verb: str) -> str:
    printed = io.StringIO()
    os.environ["COLUMNS"] = "100"
    with contextlib.redirect_stdout(printed):
        run([*verb, "--help"])
    return f"```\n{printed.getvalue().strip()}\n```\n"


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(command_reference(), encoding="utf-8")
    (DOCS / "audit.schema.json").write_text(schema_text(), encoding="utf-8")
