"""list, doctor, explain, --version: what a new user tries first."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hindmost import __version__
from hindmost.cli.main import run
from hindmost.heads import HEADS
from hindmost.rules import RULES

Refused = Callable[..., str]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"hindmost {__version__}"


def test_list_names_every_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"heads", "rules", "datasets", "backbones"}
    assert set(found["heads"]) == set(HEADS)
    assert set(found["rules"]) == set(RULES)


def test_list_one_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "rules"]) == 0
    printed = capsys.readouterr().out
    assert "HM001" in printed
    assert "bluebox" not in printed


@pytest.mark.parametrize("code", RULES)
def test_explain(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", code.lower()]) == 0
    printed = capsys.readouterr().out
    for heading in ("How detected", "Why it matters", "What to do"):
        assert heading in printed


def test_explain_unknown_code(refused: Refused) -> None:
    assert "HM001" in refused("explain", "HM999")


def test_doctor_on_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == 0
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["python"]["ok"]
    assert checks["cache"]["ok"]


def test_doctor_says_what_is_wrong_with_the_cache(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HINDMOST_CACHE", "/proc/hindmost/cache")
    assert run(["doctor"]) == 2
    assert "HINDMOST_CACHE" in capsys.readouterr().out


def test_report_of_something_else(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text('{"schema": 99}')
    assert "schema" in refused("report", tmp_path / "audit.json", "-o", tmp_path / "pages", out=tmp_path / "pages")
