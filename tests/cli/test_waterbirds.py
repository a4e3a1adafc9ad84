"""The verb that composes a data set: what it writes is an input, and what it refuses leaves nothing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hindmost.cli.main import run
from hindmost.datasets.open import open_input
from hindmost.interventions.waterbirds import LAND, WATER
from hindmost.io.card import find_card, read_card

Refused = Callable[..., str]
COLOURS = {"forest": (30, 120, 40), "sea": (30, 60, 190)}


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def noisy(colour: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    return (np.array(colour) + rng.integers(0, 40, (40, 48, 3))).astype(np.uint8)


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    """Discs and squares with masks; one row has none."""
    root, rng = tmp_path / "things", np.random.default_rng(0)
    rows, columns = np.indices((40, 48))
    lines = ["img_filename,y,split,mask_filename"]
    for at in range(60):
        kind, split = ("disc", "square")[at % 2], ("train", "train", "train", "val", "test", "test")[at // 10]
        far = np.maximum(abs(rows - 20), abs(columns - 24)) if at % 2 else np.hypot(rows - 20, columns - 24)
        mask = far < 9
        picture = noisy((150, 150, 150), rng)
        picture[mask] = (230, 200, 60)
        save(root / f"images/{at}.png", picture)
        save(root / f"masks/{at}.png", mask)
        lines.append(f"images/{at}.png,{kind},{split},{'' if at == 59 else f'masks/{at}.png'}")
    (root / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


@pytest.fixture
def grounds(tmp_path: Path) -> Path:
    root, rng = tmp_path / "grounds", np.random.default_rng(1)
    for name, colour in COLOURS.items():
        for at in range(40):
            save(root / name / f"{at}.jpg", noisy(colour, rng))
    return root


def test_any_objects_on_any_backgrounds_are_an_input(
    objects: Path, grounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "composed"
    asked = ["--background", "sea", "--background", "forest", "--strength", "0.8"]
    assert run(["waterbirds", str(objects), str(grounds), "-o", str(out), *asked]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert "disc with sea; square with forest. 1 rows without a mask left out." in said.err
    found = open_input(out, card=read_card(out / "card.yaml"))
    assert find_card(out) is not None
    assert found.rows.naming.groups == ("disc, sea", "disc, forest", "square, sea", "square, forest")
    assert found.rows.counts("train").tolist() == [12, 3, 3, 12]
    assert sorted(found.rows.counts("test").tolist()) == [4, 5, 5, 5]
    assert found.images is not None
    at = int(np.flatnonzero((found.rows.cue == 0) & (found.rows.y == 0))[0])
    pixels = np.asarray(Image.open(out / str(found.images.files[at])), dtype=int)
    assert abs(pixels[2, 2] - np.array([50, 80, 210])).max() < 45, "the corner shows the sea"
    assert pixels[20, 24].tolist() == [230, 200, 60], "the object kept its pixels"
    assert "every image is composed" in found.known_faults[0]


def test_the_same_seed_writes_the_same_table(objects: Path, grounds: Path, tmp_path: Path) -> None:
    tables = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert run(["waterbirds", str(objects), str(grounds), "-o", str(tmp_path / name), "--seed", str(seed)]) == 0
        tables.append((tmp_path / name / "metadata.csv").read_bytes())
    assert tables[0] == tables[1] != tables[2]


def test_cub_on_places_has_the_names_of_its_authors(tmp_path: Path) -> None:
    cub, places, rng = tmp_path / "CUB_200_2011", tmp_path / "places", np.random.default_rng(0)
    names = [f"{('001.Laysan_Albatross', '021.Eastern_Towhee')[at % 2]}/b{at}.jpg" for at in range(20)]
    for name in names:
        save(cub / "images" / name, noisy((90, 90, 90), rng))
        save((cub / "segmentations" / name).with_suffix(".png"), np.full((40, 48), 255, dtype=np.uint8))
    (cub / "images.txt").write_text("".join(f"{at + 1} {name}\n" for at, name in enumerate(names)))
    (cub / "train_test_split.txt").write_text("".join(f"{at + 1} {int(at < 12)}\n" for at in range(20)))
    for category in (*LAND, *WATER):
        for at in range(12):
            save(places / category / f"{at}.jpg", noisy((10, 10, 10), rng))
    for labels, waterbirds in (("words", 10), ("published", 20)):
        out = tmp_path / labels
        assert run(["waterbirds", str(cub), str(places), "-o", str(out), "--labels", labels]) == 0
        found = open_input(out, card=read_card(out / "card.yaml"))
        assert int(found.rows.y.sum()) == waterbirds
        assert any("as published" in fault for fault in found.known_faults) == (labels == "published")
    assert found.rows.naming.cues == ("on land", "on water")


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (None, ["--strength", "1.5"], "--strength must lie in 0..1"),
        (None, ["--labels", "words"], "--labels names the species of CUB"),
        (None, ["--background", "sea"], "need two or more different sub-folders"),
        (None, ["--background", "sea", "--background", "moon"], "found forest, sea. Name them with --background."),
        ("few grounds", [], "grounds, 5 came. Add photographs, or take fewer cutouts."),
        ("no table", [], "holds neither images.txt (CUB_200_2011) nor metadata.csv"),
        ("no masks", [], "has no column mask_filename; its columns are img_filename, y, split, other"),
        ("a split", [], "has the split 'dev'; expected train"),
        ("a mask", [], "Pass a mask of the picture's size."),
        ("a picture", [], "0.png"),
    ],
)
def test_what_is_refused_leaves_nothing(
    change: str | None, options: list[str], message: str, objects: Path, grounds: Path, tmp_path: Path, refused: Refused
) -> None:
    table = objects / "metadata.csv"
    text = table.read_text(encoding="utf-8")
    if change == "few grounds":
        for at in range(5, 40):
            (grounds / "sea" / f"{at}.jpg").unlink()
    elif change == "no table":
        table.unlink()
    elif change == "no masks":
        table.write_text(text.replace("mask_filename", "other"), encoding="utf-8")
    elif change == "a split":
        table.write_text(text.replace("train", "dev", 1), encoding="utf-8")
    elif change == "a mask":
        save(objects / "masks" / "0.png", np.zeros((4, 4), dtype=np.uint8))
    elif change == "a picture":
        (objects / "images" / "0.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    assert message in refused("waterbirds", objects, grounds, "-o", out, *options, out=out)


def test_a_folder_with_files_is_kept(objects: Path, grounds: Path, tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    assert "is not empty" in refused("waterbirds", objects, grounds, "-o", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
