"""The verb that writes a data set with pasted twins: what it writes is an input, and what it refuses leaves nothing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hindmost.cli.main import run
from hindmost.datasets.open import open_input
from hindmost.io.card import read_card


@pytest.fixture
def skin(tmp_path: Path) -> Path:
    """Pictures of skin with a dark spot; a blue sticker lies beside some of class 0, in training only."""
    root, rng = tmp_path / "skin", np.random.default_rng(0)
    (root / "images").mkdir(parents=True)
    lines = ["isic_id,filename,split,y,patches"]
    rows, columns = np.indices((128, 128))
    for at in range(36):
        y, split = at % 2, ("train", "train", "val", "test")[at // 9]
        patch = int(y == 0 and split == "train")
        picture = np.tile(np.array([222, 180, 160]), (128, 128, 1)) + rng.normal(0, 3, (128, 128, 1))
        picture[(rows - 64) ** 2 + (columns - 60) ** 2 < 20**2] = (90, 50, 40)
        if patch:
            picture[((rows - 60) / 26) ** 2 + ((columns - 118) / 18) ** 2 < 1] = (20, 110, 200)
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(root / "images" / f"I{at}.png")
        lines.append(f"I{at},images/I{at}.png,{split},{y},{'yes' if patch else 'no'}")
    (root / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def test_absent_groups_appear_as_twins(skin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "pasted"
    assert (open_input(skin).rows.counts("test")[[1, 3]] == 0).all()
    assert run(["paste", str(skin), "-o", str(out), "--cue", "patches"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert "patches cut from" in said.err
    found = open_input(out, cues=("patches",))
    counts = found.rows.counts("test")
    assert counts.tolist() == [counts[0], counts[0], counts[2], counts[2]]
    assert found.twin_of is not None
    assert (found.twin_of >= 0).sum() == 18
    assert "18 rows are twins with a pasted patch" in read_card(out / "card.yaml").known_faults[-1]


def test_a_limit_per_group_is_kept(skin: Path, tmp_path: Path) -> None:
    assert run(["paste", str(skin), "-o", str(tmp_path / "out"), "--cue", "patches", "--per-group", "2"]) == 0
    found = open_input(tmp_path / "out", cues=("patches",)).rows
    assert found.counts("test")[[1, 3]].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--cue", "patches", "--with-cue", "maybe"], "patches has no value 'maybe'. Choose from: no, yes."),
        (["--cue", "patches", "--with-cue", "no"], "shows the cue already"),
        (["--cue", "y"], "y"),
    ],
)
def test_what_cannot_be_pasted_leaves_nothing(
    given: list[str], message: str, skin: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    assert message in refused("paste", skin, "-o", tmp_path / "out", *given, out=tmp_path / "out")


def test_an_existing_folder_is_not_mixed_with(skin: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    assert "is not empty" in refused("paste", skin, "-o", tmp_path / "out", "--cue", "patches")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
