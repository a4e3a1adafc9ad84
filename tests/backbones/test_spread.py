"""Laws of spreading a feature over places: the mean of the cells is the feature, whatever pools it."""

from functools import cache

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from torch import nn  # noqa: E402

from hindmost.backbones._timm import import_timm  # noqa: E402
from hindmost.backbones.architecture import of_timm  # noqa: E402
from hindmost.backbones.build import build  # noqa: E402
from hindmost.backbones.factory import fresh  # noqa: E402
from hindmost.backbones.frozen_norm import frozen, is_norm  # noqa: E402
from hindmost.backbones.preprocessing import preprocessing_for  # noqa: E402
from hindmost.backbones.randomised import with_random_layers  # noqa: E402
from hindmost.backbones.runtimes import on_runtime  # noqa: E402
from hindmost.backbones.spread import Spread, placed  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402
from hindmost.core.head import Head  # noqa: E402
from hindmost.evals.cam import margin_maps  # noqa: E402

VIT = {"img_size": 48, "embed_dim": 32, "depth": 2, "num_heads": 2}
NETWORKS = {  # timm's name, options, side, how the maps are made (None: there are none)
    "mean": ("test_resnet", {}, 64, Spread()),
    "max": ("resnet10t", {"global_pool": "max"}, 64, Spread("max")),
    "avgmax": ("resnet10t", {"global_pool": "avgmax"}, 64, Spread("avgmax")),
    "norm after the mean": ("test_convnext", {}, 64, Spread(norm="head.norm")),
    "norm after the maximum": ("test_convnext", {"global_pool": "max"}, 64, Spread("max", "head.norm")),
    "tokens": ("vit_tiny_patch16_224", {**VIT, "global_pool": "avg", "fc_norm": False}, 48, Spread(grid=(3, 3))),
    "tokens, then a norm": ("vit_tiny_patch16_224", {**VIT, "global_pool": "avg"}, 48,
                            Spread("mean", "fc_norm", (3, 3))),
    "tokens, then an RMS norm": ("test_vit4", {}, 160, Spread("mean", "fc_norm", (10, 10))),
    "largest tokens": ("vit_tiny_patch16_224", {**VIT, "global_pool": "max"}, 48, Spread("max", "fc_norm", (3, 3))),
    "two vectors": ("resnet10t", {"global_pool": "catavgmax"}, 64, None),
}  # fmt: skip
REFUSED = {"two vectors": 'calls its pooling "SelectAdaptivePool2d catavgmax"'}
MAPPED = [kind for kind in NETWORKS if kind not in REFUSED]


def lived_in(module):
    """Norms as after training: fresh ones have weights of one and biases of zero, and would hide a forgotten one."""
    generator = torch.Generator().manual_seed(1)
    for part in module.modules():
        if is_norm(part) and part.weight is not None:
            nn.init.uniform_(part.weight, 0.5, 1.5, generator=generator)
        if is_norm(part) and getattr(part, "bias", None) is not None:
            nn.init.normal_(part.bias, std=0.3, generator=generator)
    return module


@cache
def network(kind):
    name, options, side, _ = NETWORKS[kind]
    torch.manual_seed(0)
    module = lived_in(import_timm().create_model(name, num_classes=3, **options))
    made = of_timm(module)
    return build(name, made, preprocessing_for(made.model_cfg, input_size=side, longest_side=side), "a test")


def noise(backbone, n=3, seed=0):
    side = backbone.preprocessing.crop
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def off(a, b):
    """The largest difference, of the largest value."""
    assert a.shape == b.shape
    return np.abs(a - b).max() / np.abs(b).max()


def check_margins(backbone, embedded, tolerance=1e-4):
    """Mean of the margin map plus the intercepts is the margin, for the own head and random ones."""
    rng = np.random.default_rng(2)
    d, n = backbone.n_features, len(embedded.X)
    heads = [backbone.head, *(Head(rng.standard_normal((3, d)), rng.standard_normal(3)) for _ in range(3))]
    y, rival = np.arange(n) % 3, (np.arange(n) + 1) % 3
    maps = margin_maps(embedded.maps, heads, y, rival)
    for head, drawn in zip(heads, maps, strict=True):
        logits = head.logits(embedded.X)
        margin = logits[np.arange(n), y] - logits[np.arange(n), rival]
        assert off(drawn.mean(axis=(1, 2)) + head.intercept[y] - head.intercept[rival], margin) < tolerance


@pytest.mark.parametrize("kind", MAPPED)
def test_mean_of_the_map_and_intercept_is_the_margin(kind):
    backbone = network(kind)
    assert backbone.maps_reason is None
    assert backbone.whole.maps == NETWORKS[kind][3]
    embedded = backbone.embed(noise(backbone), maps=True)
    assert embedded.maps.shape[2] > 1
    check_margins(backbone, embedded)
    np.testing.assert_array_equal(embedded.X, backbone.embed(noise(backbone)).X)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_has_no_exact_sum_over_places_is_refused_by_name(kind):
    backbone = network(kind)
    with pytest.raises(InputError, match=REFUSED[kind]):
        backbone.embed(noise(backbone), maps=True)
    assert "maps" not in backbone.describe()


def features_and_before(backbone):
    p = backbone.preprocessing
    x = ((noise(backbone) / 255.0 - np.array(p.mean)) / np.array(p.std)).transpose(0, 3, 1, 2)
    with torch.inference_mode():
        return backbone.cut(backbone.module, torch.from_numpy(x).float())


@pytest.mark.parametrize("kind", [kind for kind in MAPPED if kind != "mean"])
def test_before_the_plain_mean_of_the_activations_was_not_the_feature(kind):
    backbone = network(kind)
    features, before = features_and_before(backbone)
    places = before.mean(dim=(2, 3)) if before.ndim == 4 else before.mean(dim=1)
    assert off(places.numpy(), features.numpy()) > 0.01


def test_a_plain_mean_is_the_activations_themselves_and_keeps_its_shelf():
    backbone = network("mean")
    assert "maps" not in backbone.describe()
    plane = torch.randn(2, 5, 3, 4)
    assert Spread()(nn.Identity(), plane, plane.mean(dim=(2, 3))) is plane


def test_another_meaning_of_maps_is_another_shelf():
    said = [network(kind).describe()["maps"] for kind in MAPPED if kind != "mean"]
    assert len(set(said)) == len(said)
    assert network("norm after the maximum").describe()["maps"] == "max, then head.norm held still"


def test_a_maximum_lies_where_it_was_found_and_ties_share_it():
    plane = torch.tensor([[[[1.0, 5.0], [2.0, 0.0]], [[-3.0, -1.0], [-1.0, -2.0]], [[0.0, 0.0], [0.0, 0.0]]]])
    by_hand = [[[0, 20], [0, 0]], [[0, -2], [-2, 0]], [[0, 0], [0, 0]]]
    assert placed(plane, "max")[0].tolist() == by_hand
    torch.testing.assert_close(placed(plane, "avgmax"), (plane + placed(plane, "max")) / 2)
    torch.testing.assert_close(placed(plane, "max").mean(dim=(2, 3)), plane.amax(dim=(2, 3)))


NORMS = {
    "layer": nn.LayerNorm(6), "layer without weights": nn.LayerNorm(6, elementwise_affine=False),
    "layer without bias": nn.LayerNorm(6, bias=False), "group": nn.GroupNorm(1, 6), "batch": nn.BatchNorm1d(6),
    "RMS": nn.RMSNorm(6),
}  # fmt: skip


@pytest.mark.parametrize("kind", NORMS)
def test_a_norm_held_still_is_the_norm(kind):
    norm = NORMS[kind].eval()
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for tensor in [*norm.parameters(), *norm.buffers()]:
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        pooled = torch.randn(4, 6, generator=generator)
        assert is_norm(norm)
        scale, shift = frozen(norm, pooled)
        torch.testing.assert_close(scale * pooled + shift, norm(pooled))
    assert not is_norm(nn.GroupNorm(2, 6))
    assert not is_norm(nn.BatchNorm1d(6, track_running_stats=False))


def test_a_norm_held_still_is_no_derivative():
    """The derivative of a layer norm knows no constant: it is 0 along the feature, where the cells carry all of it."""
    norm, cells = nn.LayerNorm(6), torch.randn(1, 6, 2, 2, generator=torch.Generator().manual_seed(0))
    pooled = cells.mean(dim=(2, 3)).requires_grad_()
    out = norm(pooled)
    (slope,) = torch.autograd.grad(out[0, 0], pooled)
    with torch.no_grad():
        scale, shift = frozen(norm, pooled)
        evidence = (scale[:, :, None, None] * cells + shift[:, :, None, None])[0, 0].mean()
        assert abs(float(evidence - out[0, 0])) < 1e-5
        assert abs(float((slope * pooled).sum() - out[0, 0])) > 0.1


def tokens_at(kind, row, column):
    """Where the cells change most when one patch of the image does."""
    backbone = network(kind)
    plain = np.full((1, 48, 48, 3), 128, np.uint8)
    marked = plain.copy()
    marked[:, 16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = noise(backbone)[:1, :16, :16]
    moved = [backbone.embed(pixels, maps=True).maps for pixels in (plain, marked)]
    return np.unravel_index(np.abs(moved[1] - moved[0])[0].sum(axis=0).argmax(), (3, 3))


@pytest.mark.parametrize("place", [(0, 0), (0, 2), (2, 0), (1, 2)])
def test_a_token_lies_where_its_patch_lies(place):
    assert tokens_at("tokens", *place) == place


@pytest.mark.parametrize("kind", ["norm after the maximum", "tokens, then a norm"])
def test_openvino_gives_the_same_sums(kind):
    pytest.importorskip("openvino")
    backbone = on_runtime(network(kind), "openvino", "float32")
    embedded = backbone.embed(noise(backbone, 5), maps=True)
    check_margins(backbone, embedded, 1e-3)  # its float32 sums are in another order
    if NETWORKS[kind][3].pooling == "mean":  # a maximum may change places between two nearly equal cells
        assert off(embedded.maps, network(kind).embed(noise(backbone, 5), maps=True).maps) < 1e-3


@pytest.mark.parametrize("kind", ["max", "norm after the mean"])
def test_the_law_holds_with_random_layers_and_in_bfloat16(kind):
    shuffled = with_random_layers(network(kind), seed=0)
    check_margins(shuffled, shuffled.embed(noise(shuffled), maps=True))
    halved = on_runtime(network(kind), "torch", "bfloat16")
    found = halved.embed(noise(halved), maps=True)
    assert off(found.maps.mean(axis=(2, 3)), found.X) < 0.05  # its features are rounded to eight bits


def test_a_factory_of_ones_own_is_listened_to(monkeypatch, tmp_path):
    (tmp_path / "pooled_nets.py").write_text(
        "import torch, timm\n"
        "def make(n_classes=3):\n"
        "    torch.manual_seed(0)\n"
        f"    net = timm.create_model('vit_tiny_patch16_224', num_classes=n_classes, global_pool='avg', **{VIT})\n"
        "    return net, {'input_size': 48}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    made = fresh("pooled_nets:make", 3)
    backbone = build("ours", made, preprocessing_for(made.model_cfg), "a test")
    assert backbone.whole.maps == Spread("mean", "fc_norm", (3, 3))
    check_margins(backbone, backbone.embed(noise(backbone), maps=True))
