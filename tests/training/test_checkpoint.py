"""A checkpoint says what it is, and comes back as the same network."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.core.dataset import Preprocessing  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402
from hindmost.training.checkpoint import save_checkpoint  # noqa: E402


def test_round_trip(tmp_path):
    backbone = load("test_resnet", n_classes=2, pretrained=False, input_size=64, longest_side=64)
    path = tmp_path / "new" / "erm.pth"
    save_checkpoint(path, backbone.module.state_dict(), architecture=backbone.name, classes=("a", "b"),
                    preprocessing=backbone.preprocessing)  # fmt: skip
    back = load(checkpoint=path)  # neither architecture nor preprocessing is named
    assert (back.name, back.weights_hash, back.preprocessing) == (
        "test_resnet",
        backbone.weights_hash,
        backbone.preprocessing,
    )
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(back.embed(pixels).X, backbone.embed(pixels).X)
    assert load(checkpoint=path, input_size=96).preprocessing.crop == 96  # what is asked for wins
    with pytest.raises(InputError, match="does not fit test_efficientnet"):
        load("test_efficientnet", checkpoint=path)


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "blocked").write_text("a file")
    with pytest.raises(InputError, match="cannot be written"):
        save_checkpoint(tmp_path / "blocked" / "erm.pth", {}, architecture="x", classes=("a",),
                        preprocessing=Preprocessing(8, 8))  # fmt: skip
    assert (tmp_path / "blocked").read_text() == "a file"
