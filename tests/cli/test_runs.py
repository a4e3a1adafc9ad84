"""--runs: several networks trained and audited; what one network cannot have is refused with the remedy."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hindmost.cli.main import run
from hindmost.datasets.bluebox import generate

pytest.importorskip("torch")
pytestmark = pytest.mark.vision
SMALL = ["--input-size", "64", "--epochs", "1"]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bluebox") / "photographs"
    return generate(folder, train=64, val_per_group=8, test_per_group=10, size=64, workers=1)


def test_two_runs_and_two_checkpoints(
    drawn: Path, tmp_path: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trained here, then given as checkpoints: the same networks, so the same pooled numbers."""
    out = tmp_path / "two"
    assert run(["audit", str(drawn), "-o", str(out), *SMALL, "--runs", "2"]) == 0
    assert "Run 2 of 2: seed 1" in capsys.readouterr().err
    audit = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    runs = audit["runs"]
    assert audit["conditional_on"] == "one dataset, 2 training runs"
    assert [row["name"] for row in runs["rows"]] == ["seed 0", "seed 1"]
    assert runs["rows"][0]["weights_hash"] == audit["model"]["weights_hash"] != runs["rows"][1]["weights_hash"]
    assert runs["before"]["mean"] == pytest.approx(np.mean([row["before"] for row in runs["rows"]]))
    assert runs["difference"]["low"] <= runs["difference"]["mean"] <= runs["difference"]["high"]
    assert "Several training runs" in (out / "report.html").read_text(encoding="utf-8")
    assert audit["ceilings"]["ladder"]
    assert {len(row["outcomes"]) for row in runs["rows"]} == {len(audit["findings"])}
    own = {finding["code"]: finding["outcome"] for finding in audit["findings"]}
    differ = {code for code, outcome in runs["rows"][0]["outcomes"].items() if own[code] != outcome}
    assert differ <= {"HM013", "HM014"}, "only what has to hold in every run may change beside other runs"

    first, second = (
        next(path for path in sorted(own_cache.glob("models/*/erm.pth")) if _hash(path) == row["weights_hash"])
        for row in runs["rows"]
    )
    given = ["--checkpoint", str(first), "--checkpoint", str(second)]
    assert run(["audit", str(drawn), "-o", str(tmp_path / "one"), *given]) == 0
    again = json.loads((tmp_path / "one" / "audit.json").read_text(encoding="utf-8"))["runs"]
    assert [row["name"] for row in again["rows"]] == ["checkpoint 1", "checkpoint 2"]
    assert [row["before"] for row in again["rows"]] == [row["before"] for row in runs["rows"]]

    capsys.readouterr()
    (tmp_path / "one" / "runs" / "2" / "mine.txt").touch()
    assert run(["audit", str(drawn), "-o", str(tmp_path / "one"), *SMALL, "--seed", "1"]) == 0
    one = json.loads((tmp_path / "one" / "audit.json").read_text(encoding="utf-8"))
    assert one["runs"] is None
    assert one["model"]["weights_hash"] == runs["rows"][1]["weights_hash"], "the second run came from the cache"
    assert one["heads"]["dfr"]["worst_group"]["test_minimum"] == runs["rows"][1]["after"]
    for name in ("heads/erm.npz", "heads/dfr.npz", "predictions.parquet"):
        assert (out / "runs" / "2" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
        assert (out / name).read_bytes() != (tmp_path / "one" / name).read_bytes()
    left = {path.relative_to(tmp_path / "one" / "runs").as_posix() for path in (tmp_path / "one" / "runs").rglob("*")}
    assert left == {"2", "2/mine.txt"}, "nothing of runs that were not made this time, and what is not ours stays"


def _hash(path: Path) -> str | None:
    from hindmost import backbones

    return backbones.load(None, checkpoint=path).weights_hash


@pytest.mark.parametrize("count", ["0", "101"])
def test_a_count_out_of_range(count: str, drawn: Path, tmp_path: Path, refused: Refused) -> None:
    out = tmp_path / "out"
    assert "--runs must lie in 1..100" in refused("audit", drawn, "-o", out, "--runs", count, out=out)


def test_stored_embeddings_come_from_one_network(
    arrays: dict[str, np.ndarray], write: Callable[..., Path], tmp_path: Path, refused: Refused
) -> None:
    out = tmp_path / "out"
    said = refused("audit", write(arrays), "-o", out, "--runs", "3", out=out)
    assert "Stored embeddings come from one network. Leave out --runs, or pass the folder of images." in said


def test_a_checkpoint_is_not_trained_again(drawn: Path, tmp_path: Path, refused: Refused) -> None:
    out = tmp_path / "out"
    said = refused("audit", drawn, "-o", out, "--checkpoint", "a.pth", "--runs", "2", out=out)
    assert "repeat --checkpoint for every network" in said
    several = ["--checkpoint", "a.pth", "--checkpoint", "b.pth", "--early", "c.pth"]
    assert "describe one network" in refused("audit", drawn, "-o", out, *several, out=out)
