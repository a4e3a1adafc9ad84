"""Writes the files of single rows: photograph, twin, control and masks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from hindmost.datasets.bluebox.knobs import Knobs
from hindmost.datasets.bluebox.plan import Row
from hindmost.datasets.bluebox.render import Picture, render
from hindmost.datasets.bluebox.scene import Scene, draw

FOLDERS = ("images", "twins", "controls", "masks", "defect_masks", "cue_masks")


def write_rows(folder: Path, rows: Sequence[Row], knobs: Knobs) -> list[dict[str, str]]:
    """Write all files of the rows; return their lines of metadata.csv, in order."""
    return [write_row(folder, row, knobs) for row in rows]


def write_row(folder: Path, row: Row, knobs: Knobs) -> dict[str, str]:
    """Write all files of one row; return its line of metadata.csv."""
    scene, control = scenes(row, knobs)
    picture = shoot(scene, knobs)
    stem = f"{row.number:05d}"
    quality = scene.camera.quality
    return {
        "img_id": str(row.number),
        "img_filename": save_photo(folder, f"images/{stem}.jpg", picture.pixels, quality),
        "split": str(row.split),
        "y": str(row.y),
        "box": str(row.box),
        "mask_filename": save_mask(folder, f"masks/{stem}.png", picture.part),
        "defect_mask_filename": save_mask(folder, f"defect_masks/{stem}.png", picture.defect),
        "cue_mask_filename": save_mask(folder, f"cue_masks/{stem}.png", picture.box),
        "twin_filename": save_photo(folder, f"twins/{stem}.jpg", shoot(scene.twin(), knobs).pixels, quality),
        "control_filename": save_photo(folder, f"controls/{stem}.jpg", shoot(control, knobs).pixels, quality),
    }


def scenes(row: Row, knobs: Knobs) -> tuple[Scene, Scene]:
    """The row's scene and its control, from a seed of the row's own."""
    seed = np.random.SeedSequence(knobs.seed, spawn_key=(1, row.number))
    return draw(seed, defective=bool(row.y), with_box=bool(row.box))


def shoot(scene: Scene, knobs: Knobs) -> Picture:
    """The scene's picture under the knobs."""
    return render(
        scene,
        size=knobs.size,
        defect_contrast=knobs.defect_contrast,
        entangled=knobs.entangled,
    )


def save_photo(folder: Path, name: str, pixels: np.ndarray, quality: int) -> str:
    """Write a JPEG; return its name."""
    Image.fromarray(pixels).save(folder / name, quality=quality)
    return name


def save_mask(folder: Path, name: str, mask: np.ndarray) -> str:
    """Write a 1-bit PNG and return its name; write nothing and return "" for an empty mask."""
    if not mask.any():
        return ""
    Image.fromarray(mask).save(folder / name, compress_level=1)
    return name
