"""Every mode that a file may have, and what is refused."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile

from hindmost.datasets.photograph import FORMATS, Unreadable, read_mask, read_photograph

GREY = np.arange(96, dtype=np.uint8).reshape(8, 12)


def coded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(read_photograph(data))


def test_every_format_is_one_that_pillow_knows() -> None:
    Image.init()
    assert {*FORMATS} <= {*Image.OPEN}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_modes_follow_pillows_own_way_to_rgb(mode: str) -> None:
    picture = Image.fromarray(np.stack([GREY, 2 * GREY, 255 - GREY], axis=-1)).convert(mode)
    assert np.array_equal(pixels(coded(picture)), np.asarray(picture.convert("RGB")))


def test_cmyk_is_read_from_jpeg() -> None:
    found = pixels(coded(Image.new("CMYK", (12, 8), (0, 255, 255, 0)), "JPEG"))
    assert found.shape == (8, 12, 3)
    assert found[..., 0].min() > 200
    assert found[..., 1:].max() < 60


def test_alpha_is_dropped_and_a_palette_with_transparency_needs_no_warning() -> None:
    clear = Image.new("RGBA", (3, 3), (10, 20, 30, 0))
    assert (pixels(coded(clear)) == (10, 20, 30)).all()
    palette = Image.fromarray(GREY).convert("P")
    assert pixels(coded(palette, transparency=bytes([0] * 40))).shape == (8, 12, 3)


def test_sixteen_bit_grey_keeps_its_upper_byte() -> None:
    wide = Image.fromarray(GREY.astype(np.uint16) * 257)
    assert np.array_equal(pixels(coded(wide))[..., 0], GREY)
    assert np.array_equal(pixels(coded(wide, "TIFF"))[..., 0], GREY)


def test_of_an_animation_the_first_frame_counts() -> None:
    frames = [Image.new("L", (4, 4), value) for value in (50, 200)]
    assert (pixels(coded(frames[0], "GIF", save_all=True, append_images=frames[1:])) == 50).all()


@pytest.mark.parametrize(("orientation", "turned"), [(1, GREY), (3, GREY[::-1, ::-1]), (6, np.rot90(GREY, -1))])
def test_the_orientation_of_exif_is_applied(orientation: int, turned: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(pixels(coded(Image.fromarray(GREY), exif=exif))[..., 0], turned)


def bomb() -> bytes:
    """A PNG header that promises 40 000 x 40 000 pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(40_001 * 100))
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (head, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file is empty"),
        (b"a text file", "not an image of a known format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image of a known format"),
        (coded(Image.fromarray(GREY))[:50], "cannot be decoded"),
        (coded(Image.new("RGB", (400, 400)), "JPEG")[:800], "truncated"),
        (bomb(), "decompression bomb"),
        (coded(Image.fromarray(np.ones((2, 2), dtype=np.float32)), "TIFF"), "floating-point pixels"),
        (coded(Image.fromarray(np.full((2, 2), 70_000, dtype=np.int32)), "TIFF"), "wider than 16 bits"),
    ],
    ids=["empty", "text", "postscript", "cut png", "cut jpeg", "bomb", "float", "wide"],
)
def test_what_is_no_photograph_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        read_photograph(data)
    assert " at 0x" not in str(caught.value)
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_masks_of_every_kind_are_shares() -> None:
    shape = GREY % 2 == 1
    for picture in (
        Image.fromarray(shape),
        Image.fromarray(shape.astype(np.uint8)),
        Image.fromarray(shape.astype(np.uint8) * 255),
        Image.fromarray(shape.astype(np.uint16) * 65535),
        Image.fromarray(np.stack([shape * np.uint8(255)] * 3, axis=-1)),
        Image.fromarray(shape).convert("P"),
    ):
        assert np.array_equal(read_mask(coded(picture)), shape.astype(np.float32)), picture.mode
    assert read_mask(coded(Image.fromarray(GREY))).max() == np.float32(95 / 255)
    assert read_mask(coded(Image.new("L", (3, 2)))).sum() == 0
