"""The command from embeddings: the interface that stays."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hindmost.cli.main import run
from hindmost.io.head_npz import read_head

Arrays = dict[str, np.ndarray]
GROUPS = ["y=0, a=0", "y=0, a=1", "y=1, a=0", "y=1, a=1"]


@pytest.fixture
def audited(arrays: Arrays, write: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    assert run(["audit", str(write(arrays)), "-o", str(tmp_path / "out"), "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "out" / "audit.json").read_text(encoding="utf-8")
    return json.loads(printed)


def test_fields_that_stay(audited: dict) -> None:
    assert {"schema", "decision", "companions", "policy", "heads", "changes", "findings"} <= set(audited)
    for head in ("erm", "threshold", "dfr"):
        record = audited["heads"][head]
        assert [row["name"] for row in record["groups"]] == GROUPS
        assert {"name", "n", "correct", "accuracy", "low", "high"} <= set(record["groups"][0])
        assert {"name", "n", "accuracy", "low", "high", "chosen_on", "test_minimum"} <= set(record["worst_group"])
        assert 0 <= record["mean"] <= 1
        assert 0 <= record["adjusted_mean"] <= 1
        noise = record["worst_noise"]
        assert noise["minimum"] == record["worst_group"]["test_minimum"]
        assert noise["group"] == record["worst_group"]["test_minimum_group"]
        assert noise["one_image"] == 1 / noise["n"]
        assert [row["group"] for row in record["detectable"]] == ([] if head == "erm" else GROUPS)
    assert "C" in audited["heads"]["dfr"]["selected"]
    row = audited["changes"]["dfr"]["groups"][0]
    assert {"name", "n", "fixed", "broken", "difference", "low", "high", "p_adjusted", "outcome"} <= set(row)
    for finding in audited["findings"]:
        assert {"code", "outcome", "sentence", "number", "low", "high", "threshold"} <= set(finding)
        assert isinstance(finding["sentence"], str)


def test_numbers_come_from_the_predictions(audited: dict, arrays: Arrays, tmp_path: Path) -> None:
    table = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    test = table[table["split"] == "test"]
    for head in ("erm", "threshold", "dfr"):
        loaded = read_head(tmp_path / "out" / "heads" / f"{head}.npz")
        right = loaded.predict(arrays["X"])[arrays["split"] == 2] == test["y"].to_numpy()
        for row in audited["heads"][head]["groups"]:
            members = (test["group"] == row["name"]).to_numpy()
            assert row["n"] == members.sum()
            assert row["accuracy"] == pytest.approx(right[members].mean(), abs=1e-12)
            assert row["accuracy"] == pytest.approx((test[f"margin_{head}"] > 0)[members].mean(), abs=0.005)


def test_the_shortcut_is_seen_and_treated(audited: dict) -> None:
    before = audited["heads"]["erm"]["worst_group"]["test_minimum"]
    after = audited["heads"]["dfr"]["worst_group"]["test_minimum"]
    assert before < 0.75 < 0.85 < after
    assert audited["decision"] in {"treatment_helps", "treatment_sufficient"}


def test_what_features_tell_is_in_the_audit_and_in_a_file(audited: dict, tmp_path: Path) -> None:
    found = audited["anatomy"]
    assert found["counts"] == {"core": 1, "cue": 1, "mixed": 0, "neither": 10}
    table = pd.read_parquet(tmp_path / "out" / found["file"])
    assert table["role"].tolist()[:2] == ["core", "cue"]
    loaded = read_head(tmp_path / "out" / "heads" / "dfr.npz")
    assert table["weight_dfr"].to_numpy() == pytest.approx(loaded.margin_weights())


def test_same_seed_same_bytes(audited: dict, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert run(["audit", str(tmp_path / "embeddings.npz"), "-o", str(again)]) == 0
    assert (again / "audit.json").read_bytes() == (tmp_path / "out" / "audit.json").read_bytes()
    assert (again / "report.html").read_bytes() == (tmp_path / "out" / "report.html").read_bytes()


def test_report_from_the_audit_alone(audited: dict, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    code = "import sys; from hindmost.cli.main import run; run(sys.argv[1:]); sys.exit('torch' in sys.modules)"
    command = [sys.executable, "-c", code, "report", str(tmp_path / "out" / "audit.json"), "-o", str(pages)]
    subprocess.run(command, check=True, capture_output=True)
    for name in ("report.html", "report.ja.html"):
        assert (pages / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_report_beside_the_audit(audited: dict, tmp_path: Path) -> None:
    page = tmp_path / "out" / "report.html"
    before = page.read_bytes()
    page.unlink()
    assert run(["report", str(tmp_path / "out" / "audit.json")]) == 0
    assert page.read_bytes() == before


def test_an_earlier_audit_leaves_no_heads_or_pages_behind(audited: dict, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "policy.yaml").write_text("languages: [ja]\n")
    (out / "mine.txt").write_text("stays")
    arguments = ["--heads", "dfr", "--policy", str(tmp_path / "policy.yaml")]
    assert run(["audit", str(tmp_path / "embeddings.npz"), "-o", str(out), *arguments]) == 0
    assert {file.stem for file in (out / "heads").iterdir()} == {"erm", "dfr"}
    assert not (out / "report.ja.html").exists()
    assert 'lang="ja"' in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "mine.txt").read_text() == "stays"


def test_nothing_learnable_nothing_found(arrays: Arrays, write: Callable[..., Path], tmp_path: Path) -> None:
    """Null case: the cue says nothing about anything, groups are unequal."""
    generator = np.random.default_rng(3)
    arrays["a"] = (generator.random(len(arrays["y"])) < 0.1).astype(int)
    arrays["X"][:, 1] = generator.normal(size=len(arrays["y"]))
    del arrays["logits"]
    assert run(["audit", str(write(arrays)), "-o", str(tmp_path / "out")]) == 0
    audit = json.loads((tmp_path / "out" / "audit.json").read_text())
    outcomes = {finding["code"]: finding["outcome"] for finding in audit["findings"]}
    assert audit["baseline"] == "refit"
    assert outcomes["HM001"] != "found"
    assert outcomes["HM004"] != "found"
    assert audit["decision"] in {"cannot_tell", "no_shortcut_found"}


def test_absent_group_is_data(arrays: Arrays, write: Callable[..., Path], tmp_path: Path) -> None:
    keep = ~((arrays["y"] == 1) & (arrays["a"] == 0) & (arrays["split"] >= 1))
    smaller = {name: values[keep] for name, values in arrays.items()}
    assert run(["audit", str(write(smaller)), "-o", str(tmp_path / "out")]) == 0
    audit = json.loads((tmp_path / "out" / "audit.json").read_text())
    row = audit["heads"]["erm"]["groups"][2]
    assert (row["name"], row["n"], row["accuracy"]) == (GROUPS[2], 0, None)
    assert audit["heads"]["dfr"]["available"] is False
    assert GROUPS[2] in audit["heads"]["dfr"]["reason"]
    assert audit["heads"]["erm"]["adjusted_mean"] is None
    assert audit["decision"] == "cannot_tell"


@pytest.mark.parametrize(("fail_on", "expected"), [("harmed", {0, 1}), ("not-sufficient", {0, 1})])
def test_gate_follows_the_audit(
    fail_on: str, expected: set[int], arrays: Arrays, write: Callable[..., Path], tmp_path: Path
) -> None:
    code = run(["audit", str(write(arrays)), "-o", str(tmp_path / "out"), "--fail-on", fail_on])
    audit = json.loads((tmp_path / "out" / "audit.json").read_text())
    harmed = any(row["outcome"] == "harmed" for row in audit["changes"]["dfr"]["groups"])
    sufficient = audit["decision"] in {"treatment_sufficient", "no_shortcut_found"}
    assert code in expected
    assert code == (harmed if fail_on == "harmed" else not sufficient)


def test_a_limit_of_bad_images_is_refused_where_there_are_none(
    arrays: dict[str, np.ndarray], write: Callable[..., Path], refused: Callable[..., str], tmp_path: Path
) -> None:
    said = refused("audit", write(arrays), "-o", tmp_path / "out", "--most-bad", "0.2", out=tmp_path / "out")
    assert "speaks of images" in said
