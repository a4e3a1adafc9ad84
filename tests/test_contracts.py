"""The architecture holds, and the contract that holds it can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the package of one folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": str(Path(sys.executable).parent)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def copy_of_project(folder: Path) -> Path:
    """A copy that a test may break."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_contracts_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def test_contract_fails_when_a_room_imports_a_room(tmp_path: Path) -> None:
    copy = copy_of_project(tmp_path)
    (copy / "src/hindmost/evals/wrong.py").write_text("from hindmost.report import html\n")
    result = lint_imports(copy)
    assert result.returncode == 1
    assert "hindmost.evals.wrong -> hindmost.report.html" in result.stdout


def test_import_loads_neither_torch_nor_sklearn() -> None:
    code = "import sys, hindmost; print(sorted({'torch', 'sklearn', 'timm'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_embeddings_path_loads_no_torch() -> None:
    code = (
        "import sys, hindmost.cli.main, hindmost.pipeline.audit, hindmost.pipeline.demo, hindmost.pipeline.report\n"
        "print(sorted({'torch', 'torchvision', 'timm'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
