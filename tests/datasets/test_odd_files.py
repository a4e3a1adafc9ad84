"""Files that are odd but no fault of the picture, and pictures that few writers make."""

import os
import struct
import unicodedata
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hindmost.core.errors import InputError
from hindmost.datasets.check_images import check_images
from hindmost.datasets.open import open_input
from hindmost.datasets.photograph import Unreadable, read_photograph

Folder = Callable[..., Path]
MEANT = (200, 40, 90)


def cmyk_jpeg(stored: tuple[int, int, int, int]) -> bytes:
    """A JPEG whose four components hold these numbers; Pillow writes them inverted, with Adobe's marker."""
    stream = BytesIO()
    Image.new("CMYK", (16, 16), tuple(255 - value for value in stored)).save(stream, "JPEG", quality=100)
    return stream.getvalue()


def marker(data: bytes) -> int:
    return data.index(b"\xff\xee\x00\x0eAdobe")


def off(data: bytes, meant: tuple[int, int, int] = MEANT) -> int:
    return int(np.abs(np.asarray(read_photograph(data)).astype(int) - meant).max())


def test_inverted_cmyk_as_adobe_writes_it() -> None:
    data = cmyk_jpeg((*MEANT, 255))  # inverted ink: 255 - C is what the eye sees where there is no black
    assert data[marker(data) + 15] == 0  # transform: none
    assert off(data) <= 1


def test_cmyk_without_adobes_marker_is_read_as_adobe_means_it() -> None:
    data = cmyk_jpeg((*MEANT, 255))
    at = marker(data)
    without = data[:at] + data[at + 16 :]
    assert b"Adobe" not in without
    np.testing.assert_array_equal(np.asarray(read_photograph(without)), np.asarray(read_photograph(data)))


def test_ycck_as_adobe_writes_it() -> None:
    y, cb, cr = Image.new("RGB", (1, 1), tuple(255 - value for value in MEANT)).convert("YCbCr").getpixel((0, 0))
    data = bytearray(cmyk_jpeg((y, cb, cr, 255)))
    data[marker(bytes(data)) + 15] = 2  # transform: YCCK
    assert off(bytes(data)) <= 3  # two roundings of the colour transform


def png(width: int, height: int, rows: np.ndarray, depth: int, colour: int) -> bytes:
    """A PNG written by hand: ``rows`` holds the bytes of each line."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    chunks = (
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (head, body, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (6, 4), (4, 2), (0, 1)])
def test_sixteen_bits_a_channel_keep_the_upper_byte(colour: int, channels: int) -> None:
    wide = np.random.default_rng(colour).integers(0, 65536, (5, 7, channels), dtype=np.uint16)
    found = np.asarray(read_photograph(png(7, 5, wide.astype(">u2").reshape(5, -1), 16, colour)))
    upper = (wide >> 8).astype(np.uint8)
    meant = upper[..., :3] if channels >= 3 else upper[..., :1].repeat(3, axis=-1)  # alpha is dropped
    np.testing.assert_array_equal(found, meant)


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_a_picture_of_no_pixels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(Unreadable, match=r"cannot be decoded|not an image"):
        read_photograph(png(*size, np.zeros((size[1], 3 * size[0]), dtype=np.uint8), 8, 2))


def test_the_content_decides_and_not_the_ending(folder: Folder) -> None:
    home = folder(images=True)
    before = check_images(open_input(home))
    picture = Image.open(BytesIO((home / "images/5.png").read_bytes()))
    picture.save(home / "images/5.png", "BMP")
    after = check_images(open_input(home))
    assert after.dataset.set_aside == ()
    assert (before.hashes != after.hashes).sum() == 1


NAMES = ["Möwe.png", "鳥.png", "с пробелом.png", "🦆.png", unicodedata.normalize("NFD", "é.png"), "a'b\".png"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script(folder: Folder, rows: list[dict[str, str]], name: str) -> None:
    rows[5]["img_filename"] = '"' + f"images/{name}".replace('"', '""') + '"'
    home = folder(rows)
    for at in range(24):
        (home / "images").mkdir(exist_ok=True)
        Image.new("RGB", (9, 9), (at, 0, 0)).save(home / "images" / (name if at == 5 else f"{at}.png"))
    checked = check_images(open_input(home))
    assert len(checked.dataset.rows) == 24
    (home / "images" / name).write_bytes(b"")
    (aside,) = check_images(open_input(home)).dataset.set_aside
    assert (aside.id, aside.reason) == ("5", "file is empty")


def test_a_changed_file_under_the_same_name_has_other_features(folder: Folder) -> None:
    """The same name, size and time: only the content tells, and the key of the features is made of it."""
    home = folder(images=True)
    path = home / "images/5.png"
    stat = path.stat()
    before = check_images(open_input(home)).hashes
    data = bytearray(path.read_bytes())
    at = data.index(b"IEND") - 4
    chunk = b"tEXta\0b"
    path.write_bytes(bytes(data[:at]) + struct.pack(">I", 3) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[at:])
    longer = check_images(open_input(home)).hashes
    Image.new("RGB", (12, 8)).save(path)
    path.write_bytes(path.read_bytes().ljust(stat.st_size, b"\0"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    after = check_images(open_input(home)).hashes
    assert [(before != other).sum() for other in (longer, after)] == [1, 1]


@pytest.mark.parametrize(("most_bad", "gone", "fits"), [(0.25, 2, True), (0.25, 3, False), (0.0, 0, True),
                                                        (0.0, 1, False), (1.0, 8, True)])  # fmt: skip
def test_the_user_sets_how_many_rows_may_go(folder: Folder, most_bad: float, gone: int, fits: bool) -> None:
    home = folder(images=True)
    train = [at for at in range(24) if at // 4 % 3 == 0]
    for at in train[:gone]:
        (home / f"images/{at}.png").unlink()
    if fits:
        assert len(check_images(open_input(home), most_bad=most_bad).dataset.set_aside) == gone
        return
    allowed = "at most one or 25 %" if most_bad else "none may be set aside"
    with pytest.raises(InputError, match=f"{gone} of 8 images of train .*{allowed}"):
        check_images(open_input(home), most_bad=most_bad)


@pytest.mark.parametrize("most_bad", [-0.1, 1.1, float("nan")])
def test_a_share_lies_between_none_and_all(folder: Folder, most_bad: float) -> None:
    with pytest.raises(InputError, match=r"must lie in 0\.\.1"):
        check_images(open_input(folder(images=True)), most_bad=most_bad)
