"""The Waterbirds layout."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hindmost.core.dataset import Card
from hindmost.core.errors import InputError
from hindmost.core.rows import SPLITS
from hindmost.datasets.open import open_input

Folder = Callable[..., Path]
CARD = Card("birds", {0: "landbird", 1: "waterbird"}, {"place": {0: "on land", 1: "on water"}}, ("ragged masks",))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(drawn=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=25))
def test_groups_are_counted_where_they_stand_also_absent_ones(
    folder: Folder, drawn: list[tuple[int, int, int]]
) -> None:
    card = Card(classes={0: "a", 1: "b", 2: "c"}, cues={"place": {0: "x", 1: "y", 2: "z"}})
    table = [
        {"filename": f"{at}.png", "label": str(y), "place": str(place), "split": SPLITS[split]}
        for at, (y, place, split) in enumerate(drawn)
    ]
    rows = open_input(folder(table), card=card).rows
    for at, split in enumerate(SPLITS):
        oracle = [sum(d == (y, a, at) for d in drawn) for y in range(3) for a in range(3)]
        assert rows.counts(split).tolist() == oracle
    assert rows.naming.groups[5] == "b, z"


def test_the_card_names_and_warns(folder: Folder) -> None:
    data = open_input(folder(), card=CARD)
    assert data.name == "birds"
    assert data.rows.naming.groups[1] == "landbird, on water"
    assert data.rows.naming.named
    assert data.known_faults == ("ragged masks",)
    assert data.rows.cluster is None


def test_without_a_card_ids_are_named_as_ids_and_roles_are_echoed(folder: Folder) -> None:
    data = open_input(folder())
    assert data.rows.naming.groups == ("y=0, place=0", "y=0, place=1", "y=1, place=0", "y=1, place=1")
    assert not data.rows.naming.named
    assert data.recognised == {
        "layout": "folder with a table", "table": "metadata.csv", "file": "img_filename",
        "id": "img_id", "class": "y", "cue": "place", "split": "split",
    }  # fmt: skip


def test_several_cues_are_one_row_major_product(folder: Folder, rows: list[dict[str, str]]) -> None:
    for at, row in enumerate(rows):
        row["size"] = ("small", "large")[at % 3 % 2]
    data = open_input(folder(rows), card=CARD, cues=("size", "place"))
    assert data.rows.naming.columns == ("size", "place")
    assert data.rows.naming.cues == ("large, on land", "large, on water", "small, on land", "small, on water")
    oracle = [2 * (row["size"] == "small") + int(row["place"]) for row in rows]
    assert data.rows.cue.tolist() == oracle


def test_optional_columns_reach_their_place(folder: Folder, rows: list[dict[str, str]]) -> None:
    for at, row in enumerate(rows):
        row |= {"mask_filename": f"masks/{at}.png" if at else "", "mask_is_ellipse": str(at % 2)}
        row |= {"cue_mask_filename": "c.png", "twin_filename": "t.png", "control_filename": ""}
    images = open_input(folder(rows)).images
    assert images is not None
    assert images.core_masks.tolist()[:2] == ["", "masks/1.png"]
    assert images.poor_mask.tolist()[:2] == [False, True]
    assert set(images.twins.tolist()) == {"t.png"}
    assert set(images.controls.tolist()) == {""}


def test_patients_and_twins_are_clusters_and_straddling_is_a_fault(folder: Folder, rows: list[dict[str, str]]) -> None:
    for at, row in enumerate(rows):
        row |= {"patient_id": str(at // 6), "twin_of": "0" if at == 23 else ""}
    data = open_input(folder(rows))
    assert data.rows.cluster is not None
    assert data.rows.cluster.tolist() == [0] * 6 + [1] * 6 + [2] * 6 + [0] * 6
    assert data.twin_of is not None
    assert data.twin_of.tolist() == [-1] * 23 + [0]
    assert data.known_faults == ("3 of 3 clusters (patient_id, twin_of) have rows in more than one split",)


def test_another_table_is_found_here_or_in_the_folder(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    home = folder()
    (home / "metadata.csv").rename(home / "other.csv")
    assert open_input(home, metadata=Path("other.csv")).recognised["table"] == "other.csv"
    monkeypatch.chdir(home)
    assert len(open_input(Path(), metadata=Path("other.csv")).rows) == 24
    with pytest.raises(InputError, match=r"--metadata none\.csv does not exist"):
        open_input(home, metadata=Path("none.csv"))


@pytest.mark.parametrize("missing", ["img_filename", "y", "split"])
def test_a_missing_column_is_named(folder: Folder, rows: list[dict[str, str]], missing: str) -> None:
    for row in rows:
        del row[missing]
    with pytest.raises(InputError, match=f"named {missing}"):
        open_input(folder(rows))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"split": "holdout"}, "split is 'holdout' in row 4"),
        ({"y": "-3"}, "y holds -3"),
        ({"y": "5"}, "y holds 5 but not 2"),
        ({"place": "7"}, "place holds 7 but not 2"),
        ({"place": ""}, "place is empty in 1 rows, first in row 4"),
        ({"img_filename": ""}, "img_filename is empty"),
        ({"img_id": "0"}, "occurs 2 times"),
        ({"img_filename": "../secret.png"}, "leaves the folder"),
        ({"img_filename": "a/../../secret.png"}, "leaves the folder"),
        ({"img_filename": "/etc/passwd"}, "leaves the folder"),
        ({"img_filename": "C:\\secret.png"}, "leaves the folder"),
        ({"img_filename": "..\\secret.png"}, "leaves the folder"),
    ],
)
def test_a_bad_cell_is_named(folder: Folder, rows: list[dict[str, str]], cells: dict[str, str], message: str) -> None:
    rows[3] |= cells
    with pytest.raises(InputError, match=message):
        open_input(folder(rows))


@pytest.mark.parametrize("linked", ["folder", "file"])
def test_a_link_out_of_the_folder_is_refused(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory, paint: Callable[..., Path], linked: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    paint(elsewhere / "0.png")
    home = folder()
    if linked == "folder":
        os.symlink(elsewhere, home / "images")
    else:
        (home / "images").mkdir()
        os.symlink(elsewhere / "0.png", home / "images" / "0.png")
    with pytest.raises(InputError, match=r"img_filename is 'images/0.png' in row 1, a path that leaves"):
        open_input(home)


def test_a_link_inside_the_folder_is_allowed(folder: Folder) -> None:
    home = folder()
    (home / "real").mkdir()
    os.symlink(home / "real", home / "images")
    assert len(open_input(home).rows) == 24


def test_a_column_of_names_is_no_cue(folder: Folder, rows: list[dict[str, str]]) -> None:
    many = [{**rows[0], "img_id": str(at), "y": str(at % 2), "place": f"scene {at}"} for at in range(101)]
    with pytest.raises(InputError, match="place holds 101 different values"):
        open_input(folder(many))


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        open_input(tmp_path / "nothing")
    (tmp_path / "table.csv").write_text("y\n0\n")
    with pytest.raises(InputError, match="--metadata FILE"):
        open_input(tmp_path / "table.csv")


@pytest.mark.realdata
def test_waterbirds50(real_data: Path) -> None:
    rows = open_input(real_data / "waterbirds50", card=CARD).rows
    counts = {split: rows.counts(split).tolist() for split in SPLITS}
    assert counts == {"train": [818, 45, 15, 340], "val": [97, 90, 42, 53], "test": [488, 516, 173, 212]}
    images = open_input(real_data / "waterbirds50").images
    assert images is not None
    assert images.poor_mask.sum() == 340


@pytest.mark.realdata
def test_isic2017_keeps_its_empty_groups(real_data: Path) -> None:
    rows = open_input(real_data / "isic2017", cues=("patches",)).rows
    counts = {split: rows.counts(split).tolist() for split in SPLITS}
    assert counts == {"train": [1322, 126, 350, 2], "val": [69, 22, 30, 0], "test": [421, 0, 108, 0]}


@pytest.mark.realdata
def test_isic2017_ruler(real_data: Path) -> None:
    rows = open_input(real_data / "isic2017", metadata=Path("metadata_ruler95.csv"), cues=("ruler",)).rows
    assert rows.counts("train").tolist() == [867, 43, 8, 169]
    assert np.array([rows.counts("val"), rows.counts("test")]).tolist() == [[60] * 4, [70] * 4]
