"""Reading and writing of pictures, for the functions that make whole folders."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, UnidentifiedImageError

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray
from hindmost.interventions.frame import Alpha, Pixels

QUALITY = 95  # of JPEG
PNG_EFFORT = 3  # of 9: a few per cent larger than the usual 6, in half the time


def read_rgb(path: Path) -> Pixels:
    """A photograph, uint8 (h, w, 3).

    Raises
    ------
    InputError
        It is missing or no picture.
    """
    return np.array(_open(path).convert("RGB"), dtype=np.uint8)


def read_share(path: Path) -> Alpha:
    """How far each pixel belongs to the object, float32 (h, w) in 0..1; grey values are shares of 255.

    Raises
    ------
    InputError
        It is missing or no picture.
    """
    return np.array(_open(path).convert("L"), dtype=np.float32) / np.float32(255)


def write_picture(path: Path, pixels: Pixels) -> None:
    """Write by the ending of the name: .png without loss, .jpg at quality 95."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=QUALITY, compress_level=PNG_EFFORT)  # each format reads its own


def write_mask(path: Path, mask: BoolArray) -> None:
    """Write a 1-bit PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(path, compress_level=1)


def write_table(path: Path, lines: Sequence[Mapping[str, str]]) -> None:
    """Write a CSV with a header; every line has the first one's columns."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def inside(root: Path, name: str) -> Path:
    """The path of a file named in a table.

    Raises
    ------
    InputError
        The name leaves the folder.
    """
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise InputError(f"{name} leaves {root}. Name files inside the folder.")
    return root / name


def _open(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            picture.load()
            return picture.copy()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist. Restore the file, or remove what names it.") from None
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(f"{path} cannot be read as a picture ({error}). Replace the file.") from error
