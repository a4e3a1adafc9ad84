"""The cut of many families: body then last layer is the network, the mean of the maps is the feature.

The long list, one network of every family of timm and torchvision, is in ``benchmarks/cuts.py``.
"""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones.architecture import untrained  # noqa: E402
from hindmost.backbones.build import build  # noqa: E402
from hindmost.backbones.preprocessing import preprocessing_for  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402

PART = "part"  # the mean of the maps is what the places bring to the last attention
NONE = "no one array over a plane"
TOKEN = r"class token, one of an array of shape \(n, \d+, \d+\)"
DEEP = r"an array of shape \(n, \d+, \d+, \d+\)"  # a linear layer or a convolution lies between mean and last layer

FAMILIES: dict[str, tuple[int | None, str | None]] = {  # side (None: its own), why there are no maps (None: there are)
    "resnet18": (64, None),
    "seresnet18": (64, None),
    "resnext26ts": (64, None),
    "resnetv2_50": (64, None),  # its last layer is a convolution
    "nf_resnet26": (64, None),
    "densenet121": (64, None),
    "dla46_c": (64, None),  # its last layer is a convolution
    "dpn48b": (64, None),
    "inception_v3": (96, None),
    "vgg11": (32, DEEP),
    "tf_efficientnet_lite0": (64, None),
    "efficientnet_b0": (64, None),
    "mobilenetv2_050": (64, None),
    "mobilenetv3_small_050": (64, DEEP),
    "mobilenetv4_conv_small": (64, DEEP),
    "ghostnet_050": (64, DEEP),
    "rexnet_100": (64, None),
    "regnety_002": (64, None),
    "repvgg_a0": (64, None),
    "convnext_atto": (64, None),
    "edgenext_xx_small": (64, None),
    "poolformer_s12": (64, None),
    "fastvit_t8": (64, None),
    "mobilevit_xxs": (64, None),
    "pvt_v2_b0": (64, None),
    "focalnet_tiny_srf": (64, None),
    "swin_tiny_patch4_window7_224": (None, None),
    "vit_tiny_patch16_224": (None, PART),
    "deit_tiny_patch16_224": (None, PART),
    "xcit_nano_12_p16_224": (None, TOKEN),
    "mixer_s32_224": (None, None),
    "coat_tiny": (None, NONE),
    "torchvision/resnet18": (64, None),
    "torchvision/densenet121": (64, None),
    "torchvision/googlenet": (64, None),
    "torchvision/mnasnet0_5": (64, None),
    "torchvision/mobilenet_v2": (64, None),
    "torchvision/mobilenet_v3_small": (64, NONE),
    "torchvision/shufflenet_v2_x0_5": (64, None),
    "torchvision/regnet_y_400mf": (64, None),
    "torchvision/alexnet": (64, NONE),
    "torchvision/convnext_tiny": (64, None),
}


def with_lived_in_norms(module):
    """Batch norms as after training: fresh ones change nothing, and folding them would be no test."""
    generator = torch.Generator().manual_seed(1)
    for name, tensor in module.state_dict().items():
        if "running_var" in name:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        elif "running_mean" in name:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)
    return module


def by_hand(backbone, pixels):
    """The module's own output, and its features where it is cut, without folding."""
    p = backbone.preprocessing
    x = torch.from_numpy(((pixels / 255.0 - np.array(p.mean)) / np.array(p.std)).transpose(0, 3, 1, 2)).float()
    with torch.inference_mode():
        return backbone.module(x).numpy(), backbone.cut(backbone.module, x)[0].numpy()


def off(a, b):
    """The largest difference, of the largest value."""
    assert a.shape == b.shape
    return np.abs(a - b).max() / np.abs(b).max()


@pytest.mark.parametrize("name", FAMILIES)
def test_body_then_head_is_the_network_and_maps_are_its_feature_or_refused(name):
    side, why_no_maps = FAMILIES[name]
    network = untrained(name, 3)
    with_lived_in_norms(network.module)
    backbone = build(name, network, preprocessing_for(network.model_cfg, input_size=side, longest_side=side), "a test")
    crop = backbone.preprocessing.crop
    pixels = np.random.default_rng(0).integers(0, 256, (2, crop, crop, 3), dtype=np.uint8)
    embedded = backbone.embed(pixels, maps=why_no_maps in (None, PART))
    own, features = by_hand(backbone, pixels)
    assert off(backbone.head.logits(features), own) < 1e-5  # the same float32 features, summed in float64
    # folded norms and another memory layout: float32 errors of a deep network; most are below 1e-6
    assert off(backbone.head.logits(embedded.X), own) < 1e-4
    assert off(embedded.logits, own) < 1e-4
    assert embedded.X.shape == (2, backbone.n_features)
    if why_no_maps is None:
        assert backbone.maps_reason is None
        assert off(embedded.maps.mean(axis=(2, 3)), embedded.X) < 1e-5
    elif why_no_maps == PART:
        assert backbone.partial_maps
        assert embedded.maps.shape[1] == embedded.X.shape[1]
    else:
        with pytest.raises(InputError, match=why_no_maps):
            backbone.embed(pixels, maps=True)


REFUSED = {
    "deit_tiny_distilled_patch16_224": "is not the output .* head_dist",
    "levit_128s": "is not the output .* head_dist",
    "torchvision/squeezenet1_1": "no linear layer reads one feature",
}


@pytest.mark.parametrize("name", REFUSED)
def test_networks_whose_answer_is_not_one_linear_layer_are_refused(name):
    with pytest.raises(InputError, match=REFUSED[name]):
        untrained(name, 3)


@pytest.mark.parametrize("name", ["dla46_c", "mobilenetv3_small_050"])
def test_a_last_layer_of_another_kind_is_trained_and_loaded_like_any(name, tmp_path):
    from hindmost.backbones import load

    network = untrained(name, 4, seed=3)
    layer = network.module.get_submodule(network.classifier)
    assert np.abs(layer.weight.detach().numpy()).max() < 0.1  # it starts small
    torch.save(network.module.state_dict(), tmp_path / "own.pth")
    backbone = load(name, checkpoint=tmp_path / "own.pth", input_size=64)
    np.testing.assert_array_equal(backbone.head.coef, layer.weight.detach().double().flatten(1).numpy())
