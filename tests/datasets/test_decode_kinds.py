"""Every kind of picture, from its file to the pixels that a network reads."""

import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.datasets.decode import load_pixels
from hindmost.datasets.photograph import MOST_PIXELS, pixel_limit

P = Preprocessing(256, 224)  # what group_DRO's transforms do: Resize((256, 256)), CenterCrop(224)
ORIENTATION = 0x0112

GREY = np.add.outer(np.arange(90), np.arange(120)).astype(np.uint8)  # a slope: no two corners alike
COLOUR = np.stack([GREY, 255 - GREY, GREY // 2], axis=-1)


def saved(path: Path, picture: Image.Image, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def resized(pixels: np.ndarray) -> np.ndarray:
    """The oracle: Pillow's own resize of plain RGB pixels, then the centre."""
    square = Image.fromarray(pixels).convert("RGB").resize((256, 256), Image.Resampling.BILINEAR)
    return np.asarray(square)[16:240, 16:240]


TURNED: dict[int, Callable[[np.ndarray], np.ndarray]] = {  # EXIF 2.3, how the stored pixels become upright
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", TURNED)
def test_all_eight_orientations_of_a_camera(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = saved(tmp_path / "a.jpg", Image.fromarray(COLOUR), quality=95, subsampling=0, exif=exif)
    with Image.open(path) as stored:
        raw = np.asarray(stored)
    assert raw.shape == (90, 120, 3)  # Pillow turned nothing by itself
    np.testing.assert_array_equal(load_pixels(path, P), resized(np.ascontiguousarray(TURNED[orientation](raw))))


KINDS: dict[str, tuple[str, Image.Image, np.ndarray, int]] = {  # file, picture, RGB meant, tolerance in grey levels
    "grey JPEG": ("a.jpg", Image.fromarray(GREY), np.stack([GREY] * 3, -1), 3),  # the coder's rounding
    "grey PNG": ("a.png", Image.fromarray(GREY), np.stack([GREY] * 3, -1), 0),
    "grey with alpha": ("a.png", Image.fromarray(GREY).convert("LA"), np.stack([GREY] * 3, -1), 0),
    "16-bit grey PNG": ("a.png", Image.fromarray(GREY.astype(np.uint16) * 256 + 200), np.stack([GREY] * 3, -1), 0),
    "16-bit grey TIFF": ("a.tif", Image.fromarray(GREY.astype(np.uint16) * 256 + 200), np.stack([GREY] * 3, -1), 0),
    "CMYK JPEG": ("a.jpg", Image.fromarray(255 - COLOUR).convert("CMYK"), 255 - COLOUR, 6),
    "clear alpha": ("a.png", Image.fromarray(COLOUR).convert("RGBA"), COLOUR, 0),
    "clear WebP": ("a.webp", Image.fromarray(COLOUR).convert("RGBA"), COLOUR, 0),
    "BMP": ("a.bmp", Image.fromarray(COLOUR), COLOUR, 0),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_network_reads_of_each_kind(tmp_path: Path, kind: str) -> None:
    name, picture, meant, tolerance = KINDS[kind]
    if picture.mode == "RGBA":
        picture.putalpha(Image.fromarray(GREY))  # alpha that varies is dropped, not blended
    options = {"jpg": {"quality": 95, "subsampling": 0}, "webp": {"lossless": True, "exact": True}}
    path = saved(tmp_path / name, picture, **options.get(name.partition(".")[2], {}))
    difference = np.abs(load_pixels(path, P).astype(int) - resized(meant))
    assert difference.max() <= tolerance


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp"])
def test_of_an_animation_the_first_frame_counts(tmp_path: Path, name: str) -> None:
    frames = [Image.new("RGB", (40, 30), (value,) * 3) for value in (50, 200, 120)]
    path = saved(tmp_path / name, frames[0], save_all=True, append_images=frames[1:], duration=50)
    with Image.open(path) as stored:
        assert getattr(stored, "n_frames", 1) == 3
    assert np.abs(load_pixels(path, P).astype(int) - 50).max() <= 1  # lossy WebP may be a level off


def test_a_very_large_photograph_is_read_and_one_above_the_limit_refused(tmp_path: Path) -> None:
    wide = np.tile(np.arange(256, dtype=np.uint8), (1500, 20))  # 5120 x 1500, 7.7 megapixels
    path = saved(tmp_path / "a.jpg", Image.fromarray(wide), quality=95)
    with Image.open(path) as stored:
        raw = np.asarray(stored.convert("RGB"))
    np.testing.assert_array_equal(load_pixels(path, P), resized(raw))  # no reduced-size decoding: every pixel counts
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pixel_limit(5120 * 1500):
            np.testing.assert_array_equal(load_pixels(path, P), resized(raw))
        for limit in (5120 * 1500 - 1, 3_000_000):  # Pillow itself only warns up to twice the limit
            with pixel_limit(limit), pytest.raises(InputError, match=r"a\.jpg: decompression bomb: more than \d"):
                load_pixels(path, P)
    assert Image.MAX_IMAGE_PIXELS == MOST_PIXELS


def test_one_pixel_and_one_line(tmp_path: Path) -> None:
    for size in ((1, 1), (1, 300), (300, 1)):
        path = saved(tmp_path / "a.png", Image.new("RGB", size, (10, 20, 30)))
        assert (load_pixels(path, P) == (10, 20, 30)).all()


def published() -> Callable[[Image.Image], np.ndarray]:
    """group_DRO's evaluation transform as torchvision computes it, up to 0..255."""
    pytest.importorskip("torch")
    transforms = importlib.import_module("hindmost.backbones._timm").import_torchvision().transforms
    steps = transforms.Compose(
        [transforms.Resize((256, 256)), transforms.CenterCrop((224, 224)), transforms.ToTensor()]
    )
    return lambda picture: steps(picture).numpy().transpose(1, 2, 0) * 255


@pytest.mark.vision
@pytest.mark.parametrize("size", [(500, 333), (120, 400), (256, 256), (97, 64)])
def test_the_published_protocol(tmp_path: Path, size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(size[0]).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    path = saved(tmp_path / "a.jpg", Image.fromarray(pixels), quality=90)
    with Image.open(path) as picture:
        oracle = published()(picture.convert("RGB"))
    assert np.abs(load_pixels(path, P) - oracle).max() <= 1  # grey levels; the same bits with the same Pillow


@pytest.mark.realdata
@pytest.mark.vision
def test_the_published_protocol_on_real_photographs(real_data: Path) -> None:
    files = sorted((real_data / "waterbirds50" / "images").rglob("*.jpg"))[::200]
    assert len(files) > 10
    for path in files:
        with Image.open(path) as picture:
            assert np.abs(load_pixels(path, P) - published()(picture.convert("RGB"))).max() <= 1
