"""Small folders of photographs, written for each test."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Folder = Callable[..., Path]

ROWS = [
    {"img_id": str(at), "img_filename": f"images/{at}.png", "y": str(at // 2 % 2), "split": str(at // 4 % 3),
     "place": str(at % 2)}
    for at in range(24)
]  # fmt: skip


def photograph(path: Path, seed: int = 0, size: tuple[int, int] = (12, 8)) -> Path:
    """Write noise as an image."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def write_table(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """Write a CSV by hand, so that the reader is not tested by its own library."""
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Write a Waterbirds-like folder; ``rows`` replaces its table, ``change`` replaces cells of every row."""

    def make(rows: Sequence[Mapping[str, str]] = ROWS, *, images: bool = False) -> Path:
        write_table(tmp_path / "metadata.csv", rows)
        if images:
            for seed, row in enumerate(rows):
                photograph(tmp_path / row["img_filename"], seed)
        return tmp_path

    return make


@pytest.fixture
def rows() -> list[dict[str, str]]:
    """A fresh copy of the usual 24 rows, every group twice in every split."""
    return [dict(row) for row in ROWS]


@pytest.fixture
def paint() -> Callable[..., Path]:
    """Write noise as an image: ``paint(path, seed, size)``."""
    return photograph
