"""Write what is generated in the docs again: the command reference, the schema of an audit, the policy file."""

import contextlib
import io
import os
import re
from pathlib import Path

from hindmost.cli.main import run
from hindmost.io.audit_json import schema_text
from hindmost.io.policy import policy_template

DOCS = Path(__file__).parent
VERBS = (
    "audit",
    "demo",
    "train",
    "features",
    "paste",
    "waterbirds",
    "report",
    "policy init",
    "list",
    "doctor",
    "explain",
)


def command_reference() -> str:
    """Help texts of the command and its verbs, as Markdown."""
    parts = ["# Command reference", "", "Generated from `--help` by `make docs`.", "", _help()]
    for verb in VERBS:
        parts += [f"## hindmost {verb}", "", _help(*verb.split())]
    return "\n".join(parts)


def policy_page() -> str:
    """The page about the policy, with the file that ``policy init`` writes."""
    page = (DOCS / "policy.md").read_text(encoding="utf-8")
    block = f"```yaml\n{policy_template()}```"
    return re.sub(r"```yaml\n.*?```", lambda _: block, page, count=1, flags=re.DOTALL)


def _help(*verb: str) -> str:
    printed = io.StringIO()
    os.environ["COLUMNS"] = "100"
    with contextlib.redirect_stdout(printed):
        run([*verb, "--help"])
    return f"```\n{printed.getvalue().strip()}\n```\n"


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(command_reference(), encoding="utf-8")
    (DOCS / "policy.md").write_text(policy_page(), encoding="utf-8")
    (DOCS / "audit.schema.json").write_text(schema_text(), encoding="utf-8")
