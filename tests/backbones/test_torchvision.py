"""torchvision by name: its weights, its size and scale, and what is out of reach."""

import urllib.error

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import _timm, load  # noqa: E402
from hindmost.backbones.identity import hash_of_weights  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402

NAME = "torchvision/shufflenet_v2_x0_5"
SMALL = {"input_size": 64, "longest_side": 64}


@pytest.fixture
def served(monkeypatch):
    """What torchvision would download, made here: the module, and a list of the addresses that were asked."""
    models = _timm.import_torchvision().models
    torch.manual_seed(5)
    module = models.get_model("shufflenet_v2_x0_5", weights=None)
    asked = []

    def fetch(self, *args, **kwargs):
        asked.append(self.url)
        return module.state_dict()

    monkeypatch.setattr(models.WeightsEnum, "get_state_dict", fetch)
    return module, asked


def test_the_published_weights_are_those_that_torchvision_names(served):
    module, asked = served
    backbone = load(NAME, **SMALL)
    assert backbone.weights_hash == hash_of_weights(module)
    assert backbone.source == f"{NAME} (published weights)"
    assert backbone.head.n_classes == 1000
    load(f"{NAME}.IMAGENET1K_V1", **SMALL)
    assert len(set(asked)) == 1
    assert "shufflenet" in asked[0]


def test_only_a_last_layer_of_other_classes_is_fresh_and_follows_the_seed(served):
    module, _ = served
    one, again, other = (load(NAME, n_classes=3, seed=seed, **SMALL) for seed in (0, 0, 1))
    assert one.weights_hash == again.weights_hash != other.weights_hash
    assert (one.head.n_classes, np.abs(one.head.coef).max() < 0.1) == (3, True)
    np.testing.assert_array_equal(one.module.conv1[0].weight.detach(), module.conv1[0].weight.detach())


@pytest.mark.parametrize(
    "error", [urllib.error.URLError("no route to host"), OSError("no route to host"), RuntimeError("no route to host")]
)
def test_out_of_reach(monkeypatch, error):
    def unreachable(*args, **kwargs):
        raise error

    monkeypatch.setattr(_timm.import_torchvision().models.WeightsEnum, "get_state_dict", unreachable)
    with pytest.raises(InputError, match=r"weights of torchvision/shuff.* fetched: .*no route.*--checkpoint") as caught:
        load(NAME)
    assert "\n" not in str(caught.value)


def test_unknown_names():
    with pytest.raises(InputError, match=r"no classifier named 'resnet19'.*torchvision/resnet1"):
        load("torchvision/resnet19")
    with pytest.raises(InputError, match=r"no weights named 'nope' of resnet50\. It has: IMAGENET1K_V1, IMAGENET1K_V2"):
        load("torchvision/resnet50.nope")


@pytest.mark.parametrize(
    ("name", "resize", "crop", "interpolation"),
    [
        ("mobilenet_v3_small", 256, 224, "bilinear"),
        ("resnet50", 232, 224, "bilinear"),
        ("inception_v3", 342, 299, "bilinear"),
    ],
)
def test_its_own_evaluation_is_what_torchvision_says(name, resize, crop, interpolation):
    from hindmost.backbones.preprocessing import preprocessing_for
    from hindmost.backbones.torchvision import _cfg

    p = preprocessing_for(_cfg(name, ""), preset="timm")
    assert (p.resize, p.crop, p.squash) == (resize, crop, False)
    assert p.interpolation == interpolation
    assert p.mean == (0.485, 0.456, 0.406)
