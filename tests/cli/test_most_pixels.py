"""How large an image may be is the user's choice, and holds from the check to the network."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from hindmost.core.errors import InputError
from hindmost.datasets.photograph import MOST_PIXELS
from hindmost.pipeline import options
from hindmost.pipeline.audit import audit
from hindmost.pipeline.options import AuditOptions, DataOptions, ModelOptions


@pytest.mark.vision
def test_a_larger_image_is_read_where_the_user_allows_it(few: Path, quick: ModelOptions, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    home = Path(shutil.copytree(few, tmp_path / "photographs"))
    path = sorted((home / "images").iterdir())[0]
    with Image.open(path) as small:
        large = small.resize((96, 96))  # every other one has 64 x 64 pixels
    large.save(path)
    for limit, bad in ((64 * 64, 1), (96 * 96, 0)):
        chosen = AuditOptions(DataOptions(most_pixels=limit), quick)
        found = audit(home, tmp_path / f"out-{limit}", chosen).data.set_aside
        assert [one.reason for one in found] == ["decompression bomb: more than 0.0041 million pixels"] * bad
    with pytest.raises(InputError, match="cannot be used"):
        audit(home, tmp_path / "none", AuditOptions(DataOptions(most_pixels=64 * 64 - 1), quick))
    assert Image.MAX_IMAGE_PIXELS == MOST_PIXELS


def test_the_default_is_pillows_own() -> None:
    assert options.MOST_PIXELS == MOST_PIXELS == Image.MAX_IMAGE_PIXELS


def test_a_limit_that_says_nothing(arrays, write, refused, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "--most-pixels" in refused("audit", write(arrays), "-o", out, "--most-pixels", "5", out=out)
    assert "--most-pixels must be 1" in refused("audit", write(arrays), "-o", out, "--most-pixels", "0", out=out)
