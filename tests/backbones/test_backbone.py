"""Laws of a backbone: body then head is the network, the mean of the maps is the feature."""

from functools import cache

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.backbones.architecture import untrained  # noqa: E402
from hindmost.backbones.build import build  # noqa: E402
from hindmost.backbones.preprocessing import preprocessing_for  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402

NAMES = ("test_resnet", "test_efficientnet", "test_vit", "test_convnext", "torchvision/resnet18")


@cache
def tiny(name, n_classes=3, **reading):
    network = untrained(name, n_classes)
    reading = {"input_size": 160 if "vit" in name else 64, "longest_side": 64} | reading
    return build(name, network, preprocessing_for(network.model_cfg, **reading), "a test")


@pytest.fixture(scope="module", params=NAMES)
def backbone(request):
    return tiny(request.param)


def noise(backbone, n=4, seed=0):
    side = backbone.preprocessing.crop
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def by_hand(backbone, pixels):
    """The network's own forward pass, with plain normalising."""
    p = backbone.preprocessing
    x = (pixels / 255.0 - np.array(p.mean)) / np.array(p.std)
    with torch.inference_mode():
        return backbone.module(torch.from_numpy(x.transpose(0, 3, 1, 2)).float()).numpy()


def test_body_then_head_is_the_network(backbone):
    pixels = noise(backbone)
    embedded = backbone.embed(pixels)
    own = by_hand(backbone, pixels)
    scale = np.abs(own).max()
    # float32 sums in another order: folded norms, channels last
    np.testing.assert_allclose(embedded.logits, own, atol=1e-4 * scale)
    np.testing.assert_allclose(backbone.head.logits(embedded.X), own, atol=1e-4 * scale)
    assert embedded.X.shape == (4, backbone.n_features)
    assert embedded.X.dtype == np.float32
    assert embedded.maps is None


def test_mean_of_maps_is_the_feature_or_a_part_of_it(backbone):
    pixels = noise(backbone)
    embedded = backbone.embed(pixels, maps=True)
    off = np.abs(embedded.maps.mean(axis=(2, 3)) - embedded.X).max()
    assert (off > 1e-4 * np.abs(embedded.X).max()) == backbone.partial_maps
    np.testing.assert_array_equal(embedded.X, backbone.embed(pixels).X)  # maps do not change the pass


def test_which_networks_have_maps():
    assert [name for name in NAMES if tiny(name).maps_reason is not None] == []
    assert [name for name in NAMES if tiny(name).partial_maps] == ["test_vit"]
    deep = tiny("mobilenetv3_small_050")
    assert "not a map with its 1024 features" in deep.maps_reason
    with pytest.raises(InputError, match="has no maps"):
        deep.embed(noise(deep), maps=True)


def test_a_row_does_not_depend_on_its_neighbours(backbone):
    pixels, others = noise(backbone), noise(backbone, seed=1)
    others[1] = pixels[1]
    np.testing.assert_array_equal(backbone.embed(pixels).X[1], backbone.embed(others).X[1])


def test_one_output_becomes_two_columns():
    backbone = tiny("test_resnet", n_classes=1)
    pixels = noise(backbone)
    own = by_hand(backbone, pixels)[:, 0]
    logits = backbone.embed(pixels).logits
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], own, atol=1e-5)
    assert backbone.head.n_classes == 2


@pytest.mark.parametrize("bad", [np.zeros((2, 64, 64, 3)), np.zeros((2, 32, 32, 3), np.uint8),
                                 np.zeros((64, 64, 3), np.uint8)])  # fmt: skip
def test_refuses_another_batch(bad):
    with pytest.raises(InputError, match=r"must be uint8 of shape \(n, 64, 64, 3\)"):
        tiny("test_resnet").embed(bad)


def test_describe_is_plain_and_names_what_matters():
    described = tiny("test_resnet").describe()
    assert described["dtype"] == "float32"
    assert described["threads"] == 1  # a pass
    assert torch.__version__ in described["runtime"]
    assert all(isinstance(value, str | int) for value in described.values())


def test_a_head_that_is_not_linear_is_refused():
    with pytest.raises(InputError, match="must be one linear layer"):
        load("deit_tiny_distilled_patch16_224", pretrained=False)


def test_a_size_that_the_network_cannot_read_is_refused():
    with pytest.raises(InputError, match="cannot read images of 64 x 64"):
        load("vit_tiny_patch16_224", pretrained=False, input_size=64, longest_side=64)
