"""What the benchmarks take from hindmost exists: they run rarely, so a name that moved would be noticed late."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "examples").glob("*.py")])


def _taken(script: Path) -> list[tuple[str, str | None]]:
    """Module and name of each import from hindmost, inside functions too."""
    found: list[tuple[str, str | None]] = []
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "hindmost":
            found += [(str(node.module), one.name) for one in node.names]
        if isinstance(node, ast.Import):
            found += [(one.name, None) for one in node.names if one.name.split(".")[0] == "hindmost"]
    return found


def _exists(module: str, name: str | None) -> bool:
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("hindmost"):
            raise
        return False
    return name is None or hasattr(loaded, name) or _exists(f"{module}.{name}", None)


@pytest.mark.vision
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_imports_from_hindmost_exist(script: Path) -> None:
    assert [taken for taken in _taken(script) if not _exists(*taken)] == []


def test_a_name_that_moved_is_noticed() -> None:
    assert not _exists("hindmost.features.no_such_file", "extract")
    assert not _exists("hindmost.core.errors", "NoSuchError")
    assert _exists("hindmost.core", "errors")
