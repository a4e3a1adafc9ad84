"""The written folder is read back as rows with twins, controls and clusters that never straddle splits."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hindmost.core.errors import InputError
from hindmost.datasets.check_images import check_images
from hindmost.datasets.clusters import straddling
from hindmost.datasets.open import open_input
from hindmost.interventions.ellipse import Ellipse
from hindmost.interventions.files import read_rgb
from hindmost.interventions.lesion import estimate_lesion
from hindmost.interventions.plan_paste import find_sources, plan_paste
from hindmost.interventions.write_pasted import paste_twins, read_folder, write_pasted

COLUMNS = ("isic_id", "filename", "split", "y", "patches")


@pytest.fixture
def isic(tmp_path, skin):
    """24 pictures of skin: stickers only beside benign lesions, as in the data that this stands for."""
    root = tmp_path / "isic"
    (root / "images").mkdir(parents=True)
    lines = [",".join(COLUMNS)]
    for at in range(24):
        y, patch = at % 2, int(at % 2 == 0 and at < 12)
        split = ("train", "train", "val", "test")[at // 6]
        sticker = Ellipse(40 + at, 120, 20, 26, 0) if patch else None
        Image.fromarray(skin(seed=at, sticker=sticker)).save(root / "images" / f"I{at}.png")
        lines.append(f"I{at},images/I{at}.png,{split},{y},{patch}")
    (root / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "card.yaml").write_text("name: toy\n", encoding="utf-8")
    return root


def paste(root: Path, draft: Path, seed: int = 0):
    """What the verb will do, step by step."""
    data = open_input(root)
    read = lambda row: read_rgb(root / str(data.images.files[row]))  # noqa: E731
    core = lambda row: estimate_lesion(read(row))  # noqa: E731
    sources = find_sources(data.rows, read, cue=1, seed=seed, shape=(128, 128))
    plan = plan_paste(data.rows, core, sources.patches, cue=1, seed=seed)
    roles = data.recognised
    folder = read_folder(root, root / "metadata.csv", file=roles["file"], cue=roles["cue"], id=roles["id"])
    draft.mkdir()
    twins = paste_twins(data.rows, plan, sources.patches, read, core)
    return write_pasted(draft, folder, twins, cue_value="1"), plan


def test_a_round_trip_gives_twins_of_the_other_cue_in_the_same_split(isic, tmp_path):
    count, plan = paste(isic, tmp_path / "out")
    data = check_images(open_input(tmp_path / "out"), workers=1).dataset
    rows, twin = data.rows, np.flatnonzero(data.twin_of >= 0)
    of = data.twin_of[twin]
    assert len(rows) == 24 + count
    assert len(twin) == count == len(plan)
    assert (rows.y[twin] == rows.y[of]).all()
    assert (rows.split[twin] == rows.split[of]).all()
    assert (rows.cue[twin] == 1).all()
    assert (rows.cue[of] == 0).all()
    assert (rows.cluster[twin] == rows.cluster[of]).all()
    assert straddling(rows.cluster, rows.split) == 0
    assert (data.images.twins[of] == data.images.files[twin]).all()
    assert (data.images.twins[twin] == data.images.files[of]).all()
    assert (data.images.controls[of] != "").all()
    assert (rows.counts("test")[3], open_input(isic).rows.counts("test")[3]) == (3, 0)  # before: no such group


def test_twin_and_control_differ_from_the_original_in_the_patch_alone(isic, tmp_path):
    out = tmp_path / "out"
    paste(isic, out)
    data = open_input(out)
    for twin in np.flatnonzero(data.twin_of >= 0)[:4]:
        names = [
            data.images.files[data.twin_of[twin]],
            data.images.files[twin],
            data.images.controls[data.twin_of[twin]],
        ]
        before, after, control = (read_rgb(out / str(name)) for name in names)
        patch = np.asarray(Image.open(out / str(data.images.cue_masks[twin])))
        assert (before[~patch] == after[~patch]).all()
        assert (before[~patch] == control[~patch]).all()
        assert (before[patch] != after[patch]).any()


def test_original_columns_and_files_stay(isic, tmp_path):
    paste(isic, tmp_path / "out")
    with (tmp_path / "out" / "metadata.csv").open() as stream:
        lines = list(csv.DictReader(stream))
    with (isic / "metadata.csv").open() as stream:
        before = list(csv.DictReader(stream))
    assert [{name: line[name] for name in COLUMNS} for line in lines[:24]] == before
    assert (tmp_path / "out" / "card.yaml").read_text() == "name: toy\n"
    assert (tmp_path / "out" / "images" / "I0.png").read_bytes() == (isic / "images" / "I0.png").read_bytes()
    sources = {line["pasted_from"] for line in lines} - {""}
    assert len(sources) > 3
    assert sources <= {line["isic_id"] for line in before if line["split"] == "train"}


def test_one_seed_one_folder(isic, tmp_path):
    for name in ("one", "two"):
        paste(isic, tmp_path / name, seed=5)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)


def test_a_folder_with_twins_is_not_pasted_again(isic, tmp_path):
    paste(isic, tmp_path / "out")
    with pytest.raises(InputError, match="has one already"):
        paste(tmp_path / "out", tmp_path / "again")


def test_a_column_that_is_not_there_is_named(isic):
    with pytest.raises(InputError, match="'place'"):
        read_folder(isic, isic / "metadata.csv", file="filename", cue="place")
