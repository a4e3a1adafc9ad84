"""Folders that spell split, class and cue."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hindmost.core.dataset import Card
from hindmost.core.errors import InputError
from hindmost.datasets.open import open_input


def grow(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"not opened here")
    return root


DEEP = [f"{split}/{y}/{a}/0.png" for split in ("train", "val", "test") for y in ("cat", "dog") for a in ("in", "out")]


def test_three_levels(tmp_path: Path) -> None:
    data = open_input(grow(tmp_path, *DEEP[:-1], ".DS_Store", "train/cat/in/.hidden.png"))
    assert data.rows.naming.groups == ("cat, in", "cat, out", "dog, in", "dog, out")
    assert data.rows.naming.columns == ("cue",)
    assert data.rows.naming.named
    assert data.rows.counts("test").tolist() == [1, 1, 1, 0]
    assert data.rows.ids.tolist() == sorted(DEEP[:-1])


def test_the_cue_level_takes_the_name_that_was_asked_for_or_the_cards(tmp_path: Path) -> None:
    home = grow(tmp_path, *DEEP)
    assert open_input(home, cues=("place",)).rows.naming.columns == ("place",)
    card = Card(cues={"scene": {0: "indoors", 1: "outdoors"}})
    assert open_input(home, card=card).rows.naming.cues == ("indoors", "outdoors")
    with pytest.raises(InputError, match="one cue level"):
        open_input(home, cues=("a", "b"))


def test_two_levels_have_no_cue_and_say_so(tmp_path: Path) -> None:
    home = grow(tmp_path, "train/cat/0.png", "train/dog/0.png", "valid/cat/0.png", "test/dog/0.png")
    data = open_input(home)
    assert data.rows.naming.groups == ("cat, any", "dog, any")
    assert data.rows.counts("val").tolist() == [1, 0]
    assert "no cue labelled" in data.known_faults[0]
    with pytest.raises(InputError, match="no cue level for --cue place"):
        open_input(home, cues=("place",))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["cat/0.png", "dog/0.png"], "neither metadata.csv nor folders named train"),
        ([*DEEP, "holdout/cat/in/0.png"], "holdout is not a split"),
        ([*DEEP, "train/cat/0.png"], "different or wrong depths"),
        (["train/0.png"], "different or wrong depths"),
        (["train/.hidden"], "holds no files"),
    ],
)
def test_other_layouts_are_refused(tmp_path: Path, names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_input(grow(tmp_path, *names))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folders: none"):
        open_input(tmp_path)


def test_a_link_out_is_refused(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    grow(tmp_path, *DEEP)
    target = grow(tmp_path_factory.mktemp("elsewhere"), "x.png") / "x.png"
    os.symlink(target, tmp_path / "train/cat/in/x.png")
    with pytest.raises(InputError, match="leaves the folder"):
        open_input(tmp_path)


def test_progress_hears_the_end(tmp_path: Path, paint: Callable[..., Path]) -> None:
    heard: list[tuple[str, int, int]] = []
    open_input(grow(tmp_path, *DEEP), progress=lambda *said: heard.append(said))
    assert heard == [("read", 0, 1), ("read", 1, 1)]
