"""A network with its latest layers shuffled: another function, the same head, the original untouched."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.backbones.randomised import with_random_layers  # noqa: E402


@pytest.mark.parametrize("name", ["tf_efficientnet_lite0", "torchvision/resnet18"])
def test_the_latest_layers_say_something_else(name):
    backbone = load(name, n_classes=2, pretrained=False, input_size=64, longest_side=64)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    before = backbone.embed(pixels, maps=True)
    other, again, third = (with_random_layers(backbone, seed=seed).embed(pixels, maps=True) for seed in (0, 0, 1))
    np.testing.assert_array_equal(other.maps, again.maps)
    assert np.abs(other.maps - before.maps).max() > 0.1 * np.abs(before.maps).max()
    assert np.abs(other.maps - third.maps).max() > 0
    assert pytest.approx(other.maps.mean(axis=(2, 3)), abs=1e-4) == other.X
    np.testing.assert_array_equal(with_random_layers(backbone, seed=0).head.coef, backbone.head.coef)
    np.testing.assert_array_equal(backbone.embed(pixels, maps=True).maps, before.maps)
    own = other.X.astype(np.float64) @ backbone.head.coef.T + backbone.head.intercept  # the head was not shuffled
    assert other.logits == pytest.approx(own, abs=1e-4 + 1e-4 * np.abs(own).max())


def test_no_share_changes_nothing():
    backbone = load("resnet18", n_classes=2, pretrained=False, input_size=64, longest_side=64)
    pixels = np.zeros((1, 64, 64, 3), dtype=np.uint8)
    same = with_random_layers(backbone, seed=0, share=0.0)
    np.testing.assert_array_equal(same.embed(pixels).X, backbone.embed(pixels).X)
