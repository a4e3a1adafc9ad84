"""Generated pages are those that the code would write now."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
GENERATE = runpy.run_path(str(DOCS / "generate.py"))


def test_command_reference_is_fresh() -> None:
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == GENERATE["command_reference"](), "run make docs"


def test_the_policy_in_the_docs_is_the_one_that_init_writes() -> None:
    assert (DOCS / "policy.md").read_text(encoding="utf-8") == GENERATE["policy_page"](), "run make docs"


def test_schema_is_fresh() -> None:
    assert (DOCS / "audit.schema.json").read_text(encoding="utf-8") == GENERATE["schema_text"](), "run make docs"
