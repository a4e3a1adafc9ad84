"""Held-out train rows and early weights travel from training to the heads that need them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hindmost.cli.main import run
from hindmost.datasets.bluebox import generate
from hindmost.datasets.open import open_input

pytest.importorskip("torch")
pytestmark = pytest.mark.vision

SMALL = ["--input-size", "64", "--epochs", "2"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bluebox") / "photographs"
    return generate(folder, train=64, val_per_group=8, test_per_group=8, size=64, workers=1)


def test_a_network_trained_with_both_gives_features_with_both(drawn: Path, tmp_path: Path) -> None:
    model, stored = tmp_path / "model", tmp_path / "features.npz"
    assert run(["train", str(drawn), "-o", str(model), *SMALL, "--hold-out", "0.25", "--keep-early"]) == 0
    listed = (model / "held_out.txt").read_text(encoding="utf-8").split()
    beside = ["--early", str(model / "early.pth"), "--held-out", str(model / "held_out.txt")]
    assert run(["features", str(drawn), "-o", str(stored), "--checkpoint", str(model / "erm.pth"), *beside]) == 0
    with np.load(stored) as arrays:
        assert sorted(arrays["id"][arrays["held_out"]].tolist()) == sorted(listed)
        assert arrays["early_logits"].shape == arrays["logits"].shape
        first = json.loads((model / "training.json").read_text(encoding="utf-8"))["best_epoch"] == 1
        assert np.allclose(arrays["early_logits"], arrays["logits"]) == first  # early: the weights after one epoch
        expected = arrays["held_out"]
    given = open_input(stored, cues=("box",))
    assert given.held_out is not None
    np.testing.assert_array_equal(given.held_out, expected)
    assert given.early is not None
    assert given.recognised["held out"] == "held_out"
    assert given.recognised["early logits"] == "early_logits"


def test_without_a_checkpoint_they_describe_nothing(drawn: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    out = tmp_path / "out"
    said = refused("audit", drawn, "-o", out, "--held-out", drawn / "metadata.csv", out=out)
    assert "--keep-early and --hold-out" in said


@pytest.mark.parametrize(("text", "why"), [("nobody\n", "'nobody' is none"), ("", "it is empty")])
def test_a_list_of_other_rows_is_refused(
    text: str, why: str, drawn: Path, tmp_path: Path, refused: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", str(drawn), "-o", str(tmp_path / "model"), *SMALL]) == 0
    capsys.readouterr()
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    beside = ("--checkpoint", tmp_path / "model" / "erm.pth", "--held-out", tmp_path / "list.txt")
    assert why in refused("features", drawn, "-o", tmp_path / "f.npz", *beside, out=tmp_path / "f.npz")


def test_early_logits_of_other_rows_are_refused(
    arrays: dict[str, np.ndarray], write: Callable[..., Path], tmp_path: Path, refused: Callable[..., str]
) -> None:
    path = write({**arrays, "early_logits": arrays["logits"][:-1]})
    assert "early_logits has 1599" in refused("audit", path, "-o", tmp_path / "out", out=tmp_path / "out")
    path = write({**arrays, "held_out": np.full(len(arrays["y"]), 7)})
    assert "held_out is '7' in row 1" in refused("audit", path, "-o", tmp_path / "out", out=tmp_path / "out")
