"""Whichever module holds the last layer, its weights are one linear map."""

import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from torch import nn  # noqa: E402

from hindmost.backbones.last_layer import as_linear, n_outputs, of_classes  # noqa: E402


class Own(nn.Linear):
    """A subclass, as timm has one."""


LAYERS = [nn.Linear(5, 3), nn.Linear(5, 1, bias=False), Own(5, 3), nn.Conv2d(5, 3, 1), nn.Conv2d(5, 3, 1, bias=False)]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_the_same_map_with_shared_weights(layer):
    x = torch.randn(4, 5)
    shaped = x[..., None, None] if isinstance(layer, nn.Conv2d) else x
    linear = as_linear(layer)
    assert type(linear) is nn.Linear
    # one sum of five products, in another order
    torch.testing.assert_close(linear(x), layer(shaped).flatten(1))
    assert linear.weight.data_ptr() == layer.weight.data_ptr()
    assert n_outputs(layer) == len(layer.weight)
    other = of_classes(layer, 7)
    assert (n_outputs(other), other.bias is None) == (7, layer.bias is None)
    assert isinstance(other, nn.Conv2d) == isinstance(layer, nn.Conv2d)


@pytest.mark.parametrize(
    "layer", [nn.Identity(), nn.Conv2d(5, 3, 3), nn.Conv2d(5, 3, 1, stride=2), nn.Conv2d(6, 3, 1, groups=3),
              nn.Conv2d(5, 3, 1, padding=1), nn.Sequential(nn.Linear(5, 3))], ids=str
)  # fmt: skip
def test_what_is_no_linear_map_of_one_feature(layer):
    assert as_linear(layer) is None


def test_works_inside_inference_mode():
    with torch.inference_mode():
        assert as_linear(Own(5, 3)) is not None
