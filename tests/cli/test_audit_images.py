"""The command from photographs: real training, real features, real maps, on a very small bluebox."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from hindmost.cli.main import run
from hindmost.datasets.bluebox import generate

pytest.importorskip("torch")
pytestmark = pytest.mark.vision

SMALL = ["--input-size", "64", "--epochs", "2"]


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bluebox; copy it before changing it."""
    folder = tmp_path_factory.mktemp("bluebox") / "photographs"
    return generate(folder, train=96, val_per_group=12, test_per_group=16, size=64, workers=1)


@pytest.fixture
def photographs(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn, tmp_path / "photographs"))


@pytest.fixture(scope="session")
def audited(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One audit that trains, shared by the tests that only look; its cache is beside it."""
    home = tmp_path_factory.mktemp("audited")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HINDMOST_CACHE", str(home / "cache"))
        assert run(["audit", str(drawn), "-o", str(home / "out"), *SMALL]) == 0
    return home


def read(out: Path) -> dict:
    return json.loads((out / "audit.json").read_text(encoding="utf-8"))


def test_everything_is_there(audited: Path) -> None:
    out = audited / "out"
    names = {
        "audit.json",
        "report.html",
        "report.ja.html",
        "run.json",
        "predictions.parquet",
        "features.parquet",
        "heads",
    }
    assert {path.name for path in out.iterdir()} == names
    audit = read(out)
    assert audit["model"]["weights"] == "trained here"
    assert audit["heads"]["erm"]["reliance"]["kind"] == "swap"
    row = audit["heads"]["dfr"]["maps"]["all_masks"][0]
    assert row["n"] + row["excluded"] == 16
    assert 0 < len(audit["thumbnails"]) <= 24
    assert (out / "report.html").stat().st_size < 5_000_000


def test_halves_of_pictures_are_scored_beside_the_whole(audited: Path) -> None:
    """The whole pictures of the sample get the very accuracy that the group table holds: 16 rows, all with a mask."""
    for head in read(audited / "out")["heads"].values():
        found = head["halves"]
        assert [row["accuracy"] for row in found["whole"]] == [row["accuracy"] for row in head["groups"]]
        assert [row["n"] for row in found["object_alone"]] == [16] * 4
        (ground,) = found["ground_alone"]
        assert (ground["n_with"], ground["n_without"]) == (32, 32)
        assert ground["low"] <= ground["difference"] <= ground["high"]


def without(photographs: Path, *columns: str) -> Path:
    """The same folder, its table without these columns."""
    table = pd.read_csv(photographs / "metadata.csv", dtype=str, keep_default_na=False)
    table.drop(columns=list(columns)).to_csv(photographs / "metadata.csv", index=False)
    return photographs


def with_stickers(photographs: Path) -> Path:
    """A green square on every image with a box, otherwise grey; its mask is the cue's."""
    table = pd.read_csv(photographs / "metadata.csv", dtype=str, keep_default_na=False)
    for row in table[table.box == "1"].itertuples():
        with Image.open(photographs / row.img_filename) as picture:
            pixels, mask = np.array(picture.convert("L").convert("RGB")), np.zeros((64, 64), dtype=np.uint8)
        pixels[1:11, 1:11], mask[1:11, 1:11] = (20, 200, 60), 255
        Image.fromarray(pixels).save(photographs / row.img_filename, quality=95)
        Image.fromarray(mask).save(photographs / row.cue_mask_filename)
    return photographs


@pytest.mark.parametrize("how", ["mask", "colour"])
def test_a_cue_that_is_a_thing_is_erased_where_no_twins_came(
    how: str, photographs: Path, audited: Path, tmp_path: Path
) -> None:
    """Twins are made from rows that show it, and only from those."""
    (checkpoint,) = (audited / "cache" / "models").glob("*/erm.pth")
    dropped = ["twin_filename", "control_filename"] + (["cue_mask_filename"] if how == "colour" else [])
    folder = without(with_stickers(photographs), *dropped)
    asked = ["--cue-colour", "stickers"] if how == "colour" else []
    assert run(["audit", str(folder), *asked, "--checkpoint", str(checkpoint), "-o", str(tmp_path / "out")]) == 0
    found = read(tmp_path / "out")["heads"]["erm"]["reliance"]
    assert found["kind"] == "swap"
    assert found["made"].startswith("the cue was erased")
    assert [row["n"] for row in found["groups"]][0::2] == [0, 0]
    assert all(row["n"] > 0 for row in found["groups"][1::2])


def test_a_colour_that_finds_nothing_is_named_and_not_replaced(
    photographs: Path, audited: Path, tmp_path: Path
) -> None:
    (checkpoint,) = (audited / "cache" / "models").glob("*/erm.pth")
    folder = without(photographs, "twin_filename", "control_filename", "cue_mask_filename", "mask_filename")
    for picture in (folder / "images").iterdir():
        Image.open(picture).convert("L").save(picture)
    asked = ["--cue-colour", "blue_box", "--checkpoint", str(checkpoint)]
    assert run(["audit", str(folder), *asked, "-o", str(tmp_path / "out")]) == 0
    found = read(tmp_path / "out")["heads"]["erm"]["reliance"]
    assert found["kind"] == "dependence"
    assert "cue not found" in found["reason"]


def test_mean_of_a_map_and_intercept_is_the_margin(audited: Path) -> None:
    audit = read(audited / "out")
    for name in ("erm", "threshold", "dfr"):
        with np.load(audited / "out" / "heads" / f"{name}.npz") as stored:
            gap = float(stored["intercept"][1] - stored["intercept"][0])
        for shown in filter(lambda one: one["maps"], audit["thumbnails"]):
            sign = 1 if shown["group"].startswith("defective") else -1
            mean = np.mean(shown["maps"][name])
            assert shown["margins"][name] == pytest.approx(mean + sign * gap, abs=2e-3)


def test_fresh_cache_gives_the_same_bytes(audited: Path, drawn: Path, tmp_path: Path) -> None:
    """``own_cache`` is empty: training, extraction and fitting happen again."""
    assert run(["audit", str(drawn), "-o", str(tmp_path / "again"), *SMALL]) == 0
    assert (tmp_path / "again" / "audit.json").read_bytes() == (audited / "out" / "audit.json").read_bytes()


def test_no_images_keeps_pictures_out(
    audited: Path, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HINDMOST_CACHE", str(audited / "cache"))
    assert run(["audit", str(drawn), "-o", str(tmp_path / "out"), *SMALL, "--no-images"]) == 0
    audit = read(tmp_path / "out")
    assert audit["thumbnails"] == []
    shown = [plane for row in audit["anatomy"]["excited"] for plane in row["planes"]]
    assert shown == [None] * len(shown)
    assert "data:image/jpeg" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_features_feed_an_audit(
    audited: Path, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """train, features with its checkpoint, audit of the embeddings: the same groups as the audit of the images."""
    monkeypatch.setenv("HINDMOST_CACHE", str(audited / "cache"))
    assert run(["train", str(drawn), "-o", str(tmp_path / "model"), *SMALL]) == 0
    checkpoint = tmp_path / "model" / "erm.pth"
    stored = tmp_path / "features.npz"
    assert run(["features", str(drawn), "-o", str(stored), "--checkpoint", str(checkpoint)]) == 0
    assert str(stored) in capsys.readouterr().out
    card = str(drawn / "card.yaml")
    assert run(["audit", str(stored), "--card", card, "-o", str(tmp_path / "out")]) == 0
    again, before = read(tmp_path / "out"), read(audited / "out")
    for name in ("erm", "dfr"):
        correct = [[row["correct"] for row in audit["heads"][name]["groups"]] for audit in (again, before)]
        assert correct[0] == correct[1]
    assert again["data"]["groups"] == before["data"]["groups"]


def test_one_truncated_image_is_set_aside(photographs: Path, tmp_path: Path) -> None:
    broken = sorted((photographs / "images").iterdir())[0]
    broken.write_bytes(broken.read_bytes()[:200])
    assert run(["audit", str(photographs), "-o", str(tmp_path / "out"), *SMALL]) == 0
    (aside,) = read(tmp_path / "out")["data"]["set_aside"]
    assert aside["reason"]


@pytest.mark.parametrize("kind", ["truncated", "empty", "text", "missing", "bomb"])
def test_too_many_bad_images(kind: str, photographs: Path, refused, tmp_path: Path) -> None:
    for path in sorted((photographs / "images").iterdir())[:8]:
        if kind == "missing":
            path.unlink()
        elif kind == "bomb":
            Image.new("1", (20_000, 20_000)).save(path, format="PNG")
        else:
            path.write_bytes({"truncated": path.read_bytes()[:150], "empty": b"", "text": b"not a picture"}[kind])
    said = refused("audit", photographs, "-o", tmp_path / "out", out=tmp_path / "out")
    assert "images" in said


def test_path_that_leaves_the_folder(photographs: Path, refused, tmp_path: Path) -> None:
    table = photographs / "metadata.csv"
    lines = table.read_text().splitlines()
    lines[1] = lines[1].replace("images/", "../images/", 1)
    table.write_text("\n".join(lines))
    assert "../images" in refused("audit", photographs, "-o", tmp_path / "out", out=tmp_path / "out")


def test_checkpoint_of_another_architecture(drawn: Path, audited: Path, refused, tmp_path: Path) -> None:
    (checkpoint,) = (audited / "cache" / "models").glob("*/erm.pth")
    arguments = ("audit", drawn, "-o", tmp_path / "out", "--checkpoint", checkpoint, "--backbone", "resnet18")
    assert "--backbone" in refused(*arguments, out=tmp_path / "out")


def test_checkpoint_is_not_trained_again(drawn: Path, refused, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "--epochs" in refused("audit", drawn, "-o", out, "--checkpoint", "my.pth", "--epochs", "3", out=out)


def test_checkpoint_with_other_classes(photographs: Path, audited: Path, refused, tmp_path: Path) -> None:
    (checkpoint,) = (audited / "cache" / "models").glob("*/erm.pth")
    card = photographs / "card.yaml"
    card.write_text(card.read_text().replace("1: defective", "1: defective, 2: scrap"))
    out = tmp_path / "out"
    assert "3 classes" in refused("audit", photographs, "-o", out, "--checkpoint", checkpoint, out=out)


def test_pickle_that_would_run_code(drawn: Path, refused, tmp_path: Path) -> None:
    checkpoint, trap = tmp_path / "evil.pth", tmp_path / "trap"
    code = (
        "import torch, pathlib, sys\n"
        "class Evil:\n"
        "    def __reduce__(self): return (pathlib.Path.touch, (pathlib.Path(sys.argv[2]),))\n"
        "torch.save({'state_dict': Evil()}, sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(checkpoint), str(trap)], check=True)
    out = tmp_path / "out"
    assert "evil.pth" in refused("audit", drawn, "-o", out, "--checkpoint", checkpoint, out=out)
    assert not trap.exists()


@pytest.mark.parametrize("stage", ["training", "features"])
def test_ctrl_c_leaves_nothing_and_resumes(
    stage: str, drawn: Path, audited: Path, own_cache: Path, tmp_path: Path
) -> None:
    """Interrupted in the middle of a stage: exit code 130, no OUT; the next run ends with the same audit."""
    out = tmp_path / "out"
    code = (
        "import os, signal, sys\n"
        "from hindmost.cli import progress\n"
        "from hindmost.cli.main import run\n"
        "step = progress.Bars.step\n"
        "def interrupted(self, stage, done, total):\n"
        "    step(self, stage, done, total)\n"
        f"    if stage.startswith({stage!r}) and 2 * done > total: os.kill(os.getpid(), signal.SIGINT)\n"
        "progress.Bars.step = interrupted\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    arguments = ["audit", str(drawn), "-o", str(out), *SMALL]
    stopped = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert stopped.returncode == 130, stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not out.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]
    kept = {path.suffix for path in own_cache.rglob("*.*")}
    assert (".pt" if stage == "training" else ".pth") in kept, "nothing was kept to resume from"
    assert run(arguments) == 0
    assert (out / "audit.json").read_bytes() == (audited / "out" / "audit.json").read_bytes()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
