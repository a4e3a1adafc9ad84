"""The folder: complete, reproducible, and there as a whole or not at all."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hindmost.core.errors import InputError
from hindmost.datasets.bluebox import generate, write

SMALL = {"train": 40, "val_per_group": 3, "test_per_group": 4, "size": 48}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("bluebox") / "out", workers=1, **SMALL)


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(newline="") as sheet:
        return list(csv.DictReader(sheet))


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers(folder: Path, tmp_path: Path) -> None:
    assert digest(generate(tmp_path / "out", workers=2, **SMALL)) == digest(folder)


def test_another_seed_gives_other_pictures(folder: Path, tmp_path: Path) -> None:
    other = digest(generate(tmp_path / "out", workers=1, seed=1, **SMALL))
    assert all(digest(folder)[name] != other[name] for name in other if name.startswith("images/"))


def test_every_row_has_its_files_and_no_file_is_left_over(folder: Path) -> None:
    columns = [name for name in table(folder)[0] if name.endswith("_filename")]
    named = {row[column] for row in table(folder) for column in columns} - {""}
    assert named | {"metadata.csv", "card.yaml"} == set(digest(folder))
    for row in table(folder):
        assert (row["defect_mask_filename"] != "") == (row["y"] == "1")
        assert (row["cue_mask_filename"] != "") == (row["box"] == "1")
        assert row["mask_filename"]
        assert row["twin_filename"]
        assert row["control_filename"]


def test_pictures_and_masks_open_at_their_size(folder: Path) -> None:
    row = next(row for row in table(folder) if row["y"] == "1" and row["box"] == "1")
    for column in ("img_filename", "twin_filename", "control_filename"):
        with Image.open(folder / row[column]) as image:
            assert (image.mode, image.size) == ("RGB", (48, 48))
    part, defect, box = (
        np.asarray(Image.open(folder / row[f"{kind}mask_filename"])) > 0 for kind in ("", "defect_", "cue_")
    )
    assert part.shape == (48, 48)
    assert (part & defect).sum() == defect.sum() > 0
    assert (part & box).sum() == 0 < box.sum()


def test_full_correlation_leaves_two_train_groups_empty(tmp_path: Path) -> None:
    rows = table(generate(tmp_path / "out", correlation=1.0, workers=1, **SMALL))
    assert {(row["y"], row["box"]) for row in rows if row["split"] == "0"} == {("0", "1"), ("1", "0")}
    assert len({(row["y"], row["box"]) for row in rows if row["split"] == "2"}) == 4


def test_the_card_names_knobs_and_faults(tmp_path: Path) -> None:
    card = (generate(tmp_path / "out", entangled=True, workers=1, **SMALL) / "card.yaml").read_text()
    assert card.startswith("name: bluebox\nclasses: {0: good, 1: defective}\ncues: {box: {0: without box, 1: ")
    assert "generated, not photographed" in card
    assert "entangled" in card


def test_progress_runs_from_nothing_to_all(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    generate(tmp_path / "out", workers=1, progress=lambda *step: heard.append(step), **SMALL)
    assert heard[0] == ("generate", 0, 68)
    assert heard[-1] == ("generate", 68, 68)


@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    def break_off(knobs: object) -> str:
        raise fault

    monkeypatch.setattr(write, "card_text", break_off)  # the last step, when all else is written
    with pytest.raises(type(fault)):
        generate(tmp_path / "out", workers=1, **SMALL)
    assert not list(tmp_path.iterdir())


def test_a_failure_in_a_worker_reaches_the_caller(tmp_path: Path) -> None:
    def fail(stage: str, done: int, total: int) -> None:
        if done:
            raise RuntimeError("the listener left")

    with pytest.raises(RuntimeError, match="the listener left"):
        generate(tmp_path / "out", workers=2, progress=fail, **SMALL)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(InputError, match="new or empty folder"):
        generate(tmp_path, **SMALL)
    assert (tmp_path / "mine.txt").read_text() == "precious"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert len(table(generate(tmp_path / "out", workers=1, **SMALL))) == 68
