"""A few damaged files are set aside by name and reason; many are refused."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from hindmost.core.errors import InputError
from hindmost.core.fingerprint import of_file
from hindmost.datasets.check_images import check_images
from hindmost.datasets.open import open_input
from hindmost.datasets.photograph import most_bytes, pixel_limit

Folder = Callable[..., Path]


def test_good_images_all_stay_and_are_hashed(folder: Folder) -> None:
    home = folder(images=True)
    checked = check_images(open_input(home), workers=2)
    assert len(checked.dataset.rows) == 24
    assert checked.dataset.set_aside == ()
    assert checked.hashes.tolist() == [of_file(home / f"images/{at}.png") for at in range(24)]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def with_bad_exif(path: Path) -> None:
    Image.new("RGB", (9, 9)).save(path, "TIFF")
    data = path.read_bytes()
    path.write_bytes(data[:4] + data[4:8] + (255).to_bytes(2, "little") + data[10:])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (truncate, "cannot be decoded"),
        (lambda path: path.write_bytes(b""), "file is empty"),
        (lambda path: path.write_text("hello"), "not an image of a known format"),
        (Path.unlink, "file is missing"),
        (to_folder, "not a file"),
        (to_pipe, "not a file"),
        (with_bad_exif, "cannot be decoded"),
    ],
)
def test_one_damaged_file_is_set_aside_by_name_and_reason(
    folder: Folder, damage: Callable[[Path], None], reason: str
) -> None:
    home = folder(images=True)
    damage(home / "images" / "5.png")
    checked = check_images(open_input(home))
    (aside,) = checked.dataset.set_aside
    assert (aside.id, aside.split) == ("5", "val")
    assert reason in aside.reason
    assert str(home) not in aside.reason
    assert "5" not in checked.dataset.rows.ids
    assert len(checked.hashes) == len(checked.dataset.rows) == 23
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize(("limit", "bombs"), [(899, 1), (449, 1), (900, 0), (10**9, 0)])
def test_a_bomb_is_set_aside_and_the_limit_can_be_raised(folder: Folder, limit: int, bombs: int) -> None:
    """Above the limit, where Pillow only warns, and above twice the limit, where it raises."""
    home = folder(images=True)
    Image.new("RGB", (30, 30)).save(home / "images" / "5.png")
    with pixel_limit(limit):
        checked = check_images(open_input(home))
    assert len(checked.dataset.set_aside) == bombs
    assert all("decompression bomb: more than" in aside.reason for aside in checked.dataset.set_aside)


def test_the_limit_of_a_file_is_that_of_its_pixels(folder: Folder) -> None:
    assert most_bytes() == 2**28
    home = folder(images=True)
    path = home / "images" / "5.png"
    path.write_bytes(path.read_bytes() + bytes(3000))
    with pixel_limit(1000):
        (aside,) = check_images(open_input(home)).dataset.set_aside
    assert aside.reason.startswith("file is larger than")
    with pixel_limit(2000):
        assert not check_images(open_input(home)).dataset.set_aside


def test_one_row_of_each_split_may_go_but_not_two(folder: Folder) -> None:
    home = folder(images=True)
    for at in (0, 4, 8):  # train, val, test
        (home / f"images/{at}.png").unlink()
    assert [aside.split for aside in check_images(open_input(home)).dataset.set_aside] == ["train", "val", "test"]
    (home / "images/5.png").unlink()
    with pytest.raises(InputError, match=r"2 of 8 images of val .*images/4.png: file is missing; images/5.png"):
        check_images(open_input(home))


@pytest.mark.parametrize(("rows", "allowed"), [(150, 1), (200, 2), (299, 2)])
def test_the_limit_is_one_percent(folder: Folder, rows: int, allowed: int) -> None:
    table = [
        {"id": str(at), "img_filename": f"{at}.png", "y": str(at % 2), "a": str(at // 2 % 2), "split": "train"}
        for at in range(rows)
    ]
    home = folder(table, images=True)
    for at in range(allowed):
        (home / f"{at}.png").unlink()
    assert len(check_images(open_input(home)).dataset.set_aside) == allowed
    (home / f"{allowed}.png").unlink()
    with pytest.raises(InputError, match="at most one or 1 %"):
        check_images(open_input(home))


def test_groups_and_twins_keep_their_place_after_rows_went(folder: Folder, rows: list[dict[str, str]]) -> None:
    for at, row in enumerate(rows):
        row["twin_of"] = {3: "1", 7: "5", 23: "22"}.get(at, "")
    home = folder(rows, images=True)
    (home / "images/5.png").unlink()
    data = open_input(home)
    checked = check_images(data).dataset
    assert checked.rows.naming == data.rows.naming
    assert checked.twin_of is not None
    named = {str(i): str(checked.rows.ids[t]) for i, t in zip(checked.rows.ids, checked.twin_of, strict=True) if t >= 0}
    assert named == {"3": "1", "23": "22"}


def write_companions(home: Path, rows: list[dict[str, str]], paint: Callable[..., Path]) -> None:
    for at, row in enumerate(rows):
        row |= {"mask_filename": f"masks/{at}.png", "twin_filename": f"twins/{at}.png", "cue_mask_filename": ""}
        (home / "masks").mkdir(exist_ok=True)
        Image.new("1", (12, 8), 1).save(home / row["mask_filename"])
        paint(home / row["twin_filename"], at)


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("masks/7.png", Path.unlink, r"masks/7.png is named as a mask, but: file is missing"),
        ("twins/7.png", Path.unlink, r"twins/7.png is named as a twin, but: file is missing"),
        ("twins/7.png", truncate, "named as a twin, but: cannot be decoded"),
        ("masks/7.png", lambda path: path.write_bytes(b"x"), "not an image"),
        ("masks/7.png", lambda path: Image.new("1", (8, 12)).save(path), "8 x 12 pixels, its photograph is 12 x 8"),
    ],
)
def test_a_companion_that_is_named_must_be_there(
    folder: Folder, rows: list[dict[str, str]], paint: Callable[..., Path], tmp_path: Path,
    name: str, damage: Callable[[Path], None], message: str,
) -> None:  # fmt: skip
    write_companions(tmp_path, rows, paint)
    home = folder(rows, images=True)
    assert len(check_images(open_input(home)).dataset.rows) == 24
    damage(home / name)
    with pytest.raises(InputError, match=message):
        check_images(open_input(home))


def test_a_smaller_mask_of_the_same_aspect_fits(
    folder: Folder, rows: list[dict[str, str]], paint: Callable[..., Path], tmp_path: Path
) -> None:
    write_companions(tmp_path, rows, paint)
    Image.new("L", (6, 4), 255).save(tmp_path / "masks/7.png")
    assert len(check_images(open_input(folder(rows, images=True))).dataset.rows) == 24


def test_embeddings_have_nothing_to_check(tmp_path: Path) -> None:
    ids = np.arange(8)
    np.savez(tmp_path / "e.npz", X=np.ones((8, 2)), y=ids % 2, a=ids // 2 % 2, split=ids % 3)
    with pytest.raises(InputError, match="no images to check"):
        check_images(open_input(tmp_path / "e.npz"))


def test_progress_counts_every_image(folder: Folder) -> None:
    heard: list[tuple[str, int, int]] = []
    check_images(open_input(folder(images=True)), progress=lambda *said: heard.append(said))
    assert heard == [("check images", 0, 24), ("check images", 24, 24)]


@pytest.mark.realdata
def test_the_real_photographs_all_decode(real_data: Path) -> None:
    checked = check_images(open_input(real_data / "waterbirds50"))
    assert len(checked.hashes) == 2889
    assert checked.dataset.set_aside == ()
