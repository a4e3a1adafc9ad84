"""policy init: a file that reads back, an existing one kept; prices reach the audit."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hindmost.cli.main import run
from hindmost.core.policy import Policy
from hindmost.io.policy import policy_template, read_policy

Refused = Callable[..., str]


def test_init_writes_a_policy_that_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "policy.yaml"
    assert run(["policy", "init", "-o", str(file)]) == 0
    assert capsys.readouterr().out.strip() == str(file)
    assert read_policy(file) == Policy()


def test_the_default_file_is_policy_yaml_and_a_dash_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["policy", "init"]) == 0
    assert (tmp_path / "policy.yaml").read_text(encoding="utf-8") == policy_template()
    capsys.readouterr()
    assert run(["policy", "init", "-o", "-"]) == 0
    assert capsys.readouterr().out == policy_template()


def test_an_existing_file_is_kept(tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("target: 0.9\n", encoding="utf-8")
    assert "exists and is kept. Name another file with -o" in refused("policy", "init", "-o", file)
    assert file.read_text(encoding="utf-8") == "target: 0.9\n"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, refused: Refused) -> None:
    assert "No such file or directory" in refused("policy", "init", "-o", tmp_path / "nowhere" / "policy.yaml")


def test_prices_are_echoed_and_change_no_decision(
    tmp_path: Path, write: Callable[..., Path], arrays: dict[str, np.ndarray]
) -> None:
    """A target near the rates leaves a question open; the same audit with and without prices."""
    source = write(arrays)
    audits = {}
    for name, text in {"plain": "target: 0.9\n", "priced": "target: 0.9\nimage_price: 2.5\ncurrency: EUR\n"}.items():
        file = tmp_path / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        assert run(["audit", str(source), "-o", str(tmp_path / name), "--policy", str(file)]) == 0
        audits[name] = json.loads((tmp_path / name / "audit.json").read_text(encoding="utf-8"))
    plain, priced = audits["plain"], audits["priced"]
    assert plain["costs"] is None
    assert priced["decision"] == plain["decision"]
    assert priced["policy"]["values"]["image_price"] == 2.5
    assert priced["policy"]["hash"] != plain["policy"]["hash"]
    assert priced["costs"]["rows"]
    assert priced["costs"]["total"] > 0
    page = (tmp_path / "priced" / "report.html").read_text(encoding="utf-8")
    assert "What it would cost" in page
    assert f"{priced['costs']['total']:,.2f} EUR" in page
    assert "What it would cost" not in (tmp_path / "plain" / "report.html").read_text(encoding="utf-8")


def test_a_price_of_a_group_that_is_not_there(
    tmp_path: Path, write: Callable[..., Path], arrays: dict[str, np.ndarray], refused: Refused
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("group_prices: {waterbird: 3}\n", encoding="utf-8")
    said = refused("audit", write(arrays), "-o", tmp_path / "out", "--policy", file, out=tmp_path / "out")
    assert "group_prices names 'waterbird', but the groups are: y=0" in said
