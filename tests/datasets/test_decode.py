"""Pixels and masks go through the same resize and crop."""

import importlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.datasets.decode import (
    load_pixels,
    load_square,
    mask_cells,
    overlap,
    pixels_of,
    pixels_within,
    thumbnail_jpeg,
)

SIZES = [(40, 30), (30, 41), (33, 33), (97, 20)]


def noise(path: Path, size: tuple[int, int]) -> Path:
    pixels = np.random.default_rng(size[0]).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.vision
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("squash", [True, False])
@pytest.mark.parametrize("size", SIZES)
def test_the_same_pixels_as_torchvision(
    tmp_path: Path, size: tuple[int, int], squash: bool, interpolation: str
) -> None:
    pytest.importorskip("torch")
    import_torchvision = importlib.import_module("hindmost.backbones._timm").import_torchvision
    transforms = import_torchvision().transforms
    path = noise(tmp_path / "a.png", size)
    mode = transforms.InterpolationMode(interpolation)
    oracle = transforms.Compose(
        [transforms.Resize((24, 24) if squash else 24, interpolation=mode), transforms.CenterCrop(17)]
    )
    found = load_pixels(path, Preprocessing(24, 17, squash, interpolation))
    assert np.array_equal(found, np.asarray(oracle(Image.open(path))))


@pytest.mark.parametrize("size", SIZES)
def test_shapes(tmp_path: Path, size: tuple[int, int]) -> None:
    path = noise(tmp_path / "a.png", size)
    assert load_square(path, 24).shape == (24, 24, 3)
    assert min(load_square(path, 24, squash=False).shape[:2]) == 24
    found = load_pixels(path, Preprocessing(24, 17, squash=False))
    assert found.shape == (17, 17, 3)
    assert found.dtype == np.uint8


@given(st.integers(1, 40), st.integers(1, 40))
def test_cells_share_the_pixels(pixels: int, cells: int) -> None:
    weights = overlap(pixels, cells)
    assert np.allclose(weights.sum(axis=1), 1)
    assert np.allclose(weights.sum(axis=0), cells / pixels)  # every pixel counts once in all


def test_overlap_of_a_divisible_side_is_a_block_mean() -> None:
    assert np.allclose(overlap(6, 2), [[1 / 3] * 3 + [0] * 3, [0] * 3 + [1 / 3] * 3])


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_a_mask_goes_where_its_image_goes(tmp_path: Path, interpolation: str) -> None:
    where = np.zeros((60, 90), dtype=bool)
    where[10:30, 20:60] = True
    Image.fromarray(where).save(tmp_path / "mask.png")
    Image.fromarray(np.stack([where * np.uint8(255)] * 3, axis=-1)).save(tmp_path / "image.png")
    for squash in (True, False):
        preprocessing = Preprocessing(32, 28, squash, interpolation)
        image = load_pixels(tmp_path / "image.png", preprocessing)[..., 0] / 255
        oracle = image.reshape(7, 4, 7, 4).mean(axis=(1, 3))
        found = mask_cells(tmp_path / "mask.png", preprocessing, (7, 7))
        assert found.dtype == np.float32
        assert np.abs(found - oracle).max() < 1 / 255  # the image rounds and clips to grey levels in both passes


def test_a_full_mask_stays_full_and_an_empty_one_empty(tmp_path: Path) -> None:
    for value in (0, 1):
        Image.new("1", (50, 40), value).save(tmp_path / "mask.png")
        assert (mask_cells(tmp_path / "mask.png", Preprocessing(32, 30), (7, 5)) == value).all()


def test_a_thumbnail_is_a_small_jpeg_without_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "patient 7"
    Image.new("RGB", (40, 40), (9, 99, 200)).save(tmp_path / "a.jpg", exif=exif)
    data = thumbnail_jpeg(tmp_path / "a.jpg", Preprocessing(32, 28), 16)
    with Image.open(BytesIO(data)) as small:
        assert (small.format, small.size, dict(small.getexif())) == ("JPEG", (16, 16), {})
    assert b"patient" not in data
    assert data == thumbnail_jpeg(tmp_path / "a.jpg", Preprocessing(32, 28), 16)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.png cannot be read"):
        load_square(tmp_path / "none.png", 8)
    (tmp_path / "bad.png").write_bytes(b"bad")
    with pytest.raises(InputError, match=r"bad\.png: not an image"):
        mask_cells(tmp_path / "bad.png", Preprocessing(8, 8), (2, 2))


def test_a_limit_of_pixels_travels_with_the_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a worker on another machine, whose process starts with a limit of its own."""
    stream = BytesIO()
    Image.new("RGB", (20, 10)).save(stream, format="PNG")
    content, p = stream.getvalue(), Preprocessing(8, 8)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputError, match="bomb"):
        pixels_of(content, "a.png", p)
    assert pixels_within(content, "a.png", p, 200).shape == (8, 8, 3)
    with pytest.raises(InputError, match="bomb"):
        pixels_within(content, "a.png", p, 199)
