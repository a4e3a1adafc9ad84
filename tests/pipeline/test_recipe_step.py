"""A recipe for another machine: it holds the weights themselves, so their file need not be there."""

import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.features.recipe import Here
from hindmost.pipeline._recipe import OfWeights, moved

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision
READING = {"preset": "timm", "input_size": 64, "longest_side": 64}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    from hindmost.backbones import load

    path = tmp_path / "own.pth"
    torch.save(load("resnet18", n_classes=3, pretrained=False, seed=1).module.state_dict(), path)
    return path


def test_it_travels_without_the_file(checkpoint: Path) -> None:
    recipe = partial(moved, OfWeights(checkpoint, "resnet18", READING), "torch", "float32")
    here, sent = recipe(), pickle.dumps(recipe)
    checkpoint.unlink()
    there = pickle.loads(sent)()
    assert (there.weights_hash, there.preprocessing) == (here.weights_hash, here.preprocessing)
    assert there.describe() == here.describe()
    assert there.source == here.source == "checkpoint own.pth"
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(there.embed(pixels).X, here.embed(pixels).X)
    with pytest.raises(InputError, match="does not exist"):
        recipe()  # here the file is read again


def test_the_runtime_is_the_one_that_was_chosen(checkpoint: Path) -> None:
    made = moved(OfWeights(checkpoint, "resnet18", READING), "torch", "bfloat16")
    assert made.describe()["dtype"] == "bfloat16"


def test_a_network_that_is_here_is_not_sent(checkpoint: Path) -> None:
    recipe = OfWeights(checkpoint, "resnet18", READING)
    network = recipe()
    mine = Here(network, recipe)
    assert mine() is network
    sent = pickle.dumps(mine)
    assert len(sent) < 1.1 * checkpoint.stat().st_size
    assert pickle.loads(sent)() is not network
