"""Laws of features that attention gathers: what the places bring adds up, and an autograd loop finds the same."""

from functools import cache

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

from hindmost.backbones._timm import import_timm, import_torchvision  # noqa: E402
from hindmost.backbones.architecture import Architecture, of_timm  # noqa: E402
from hindmost.backbones.build import build  # noqa: E402
from hindmost.backbones.find_cut import find_cut  # noqa: E402
from hindmost.backbones.preprocessing import preprocessing_for  # noqa: E402
from hindmost.backbones.randomised import with_random_layers  # noqa: E402
from hindmost.backbones.replay import silenced  # noqa: E402
from hindmost.backbones.runtimes import on_runtime  # noqa: E402
from hindmost.backbones.still_norms import StillNorms  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402

VIT = {"img_size": 48, "embed_dim": 32, "depth": 2, "num_heads": 2}
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
         "image_size": 48, "patch_size": 16, "num_labels": 3}  # fmt: skip
CLIP = [{"image_size": 64, "width": 8, "head_width": 32},
        {"context_length": 8, "vocab_size": 50, "width": 32, "heads": 2, "layers": 1}]  # fmt: skip


def timm_net(name, **options):
    return import_timm().create_model(name, num_classes=3, **options)


def torchvision_vit():
    return import_torchvision().models.vision_transformer.VisionTransformer(48, 16, 2, 2, 32, 64, num_classes=3)


def hugging_face(family, implementation="sdpa"):
    transformers = pytest.importorskip("transformers")
    config = getattr(transformers, f"{family}Config")(**SMALL)
    config._attn_implementation = implementation
    net = getattr(transformers, f"{family}ForImageClassification")(config)
    net.register_forward_hook(lambda model, inputs, output: output.logits if hasattr(output, "logits") else output)
    return net


class Headed(nn.Module):
    """A tower and a last layer."""

    def __init__(self, *parts, d, unit=False):
        super().__init__()
        self.tower, self.head, self.unit = nn.Sequential(*parts), nn.Linear(d, 3), unit

    def forward(self, x):
        features = self.tower(x)
        return self.head(F.normalize(features, dim=-1) if self.unit else features)


class Own(nn.Module):
    """Tokens of patches, and a module that attends to them in a way of its own."""

    def __init__(self, attend, **parts):
        super().__init__()
        self.patches, self.attend = nn.Conv2d(3, 16, 16, 16), nn.Identity()
        self.attend.parts = nn.ModuleDict(parts)
        self.attend.forward = lambda tokens: attend(tokens, **parts)

    def forward(self, x):
        return self.attend(self.patches(x).flatten(2).transpose(1, 2))


def with_weights():
    """A multi-head attention that returns its weights too."""
    many = nn.MultiheadAttention(16, 2, batch_first=True)
    return Headed(Own(lambda tokens, many: many(tokens, tokens, tokens)[0][:, 0], many=many), d=16)


def in_order():
    """Each token reads those before it, the last one all."""
    return Headed(
        Own(lambda tokens: F.scaled_dot_product_attention(*[tokens[:, None]] * 3, is_causal=True)[:, 0, -1]), d=16
    )


def open_clip_tower(unit=False, **vision):
    import_torchvision()
    import open_clip

    return Headed(open_clip.CLIP(24, {**CLIP[0], **vision}, CLIP[1]).visual, d=24, unit=unit)


def pooled(kind):
    import_timm()
    from timm.layers import AttentionPool2d, RotAttentionPool2d

    pool = AttentionPool2d(16, 3, 24, num_heads=2) if kind == "plain" else RotAttentionPool2d(16, 24, num_heads=2)
    return Headed(nn.Conv2d(3, 16, 16, 16), nn.ReLU(), pool, d=24)


NETWORKS = {  # how it is made, whether what comes after its attention is linear
    "class token": (lambda: timm_net("vit_tiny_patch16_224", **VIT), False),
    "class token and registers": (lambda: timm_net("vit_small_patch14_reg4_dinov2", **{**VIT, "img_size": 42}), False),
    "layer scale": (lambda: timm_net("deit3_small_patch16_224", **VIT), False),
    "norms in the attention": (lambda: timm_net("vit_tiny_patch16_224", **VIT, qk_norm=True), False),
    "gated layers": (lambda: timm_net("vit_giant_patch14_dinov2", **{**VIT, "img_size": 42}), False),
    "attention pooling": (lambda: timm_net("vit_tiny_patch16_224", **VIT, global_pool="map"), False),
    "torchvision": (torchvision_vit, False),
    "transformers ViT": (lambda: hugging_face("ViT"), False),
    "transformers DeiT": (lambda: hugging_face("DeiT"), False),
    "pool over a plane": (lambda: pooled("plain"), True),
    "pool over a plane, rotary": (lambda: pooled("rotary"), True),
    "CLIP's ResNet": (lambda: open_clip_tower(layers=[1, 1, 1, 1]), True),
    "CLIP's ResNet on the sphere": (lambda: open_clip_tower(unit=True, layers=[1, 1, 1, 1]), True),
    "CLIP's ViT on the sphere": (lambda: open_clip_tower(unit=True, layers=2, width=64, patch_size=16), False),
}  # fmt: skip
REFUSED = {  # how it is made, why it has no map
    "token apart from its places": (lambda: timm_net("cait_xxs24_224", **VIT), "cannot be run again on one token"),
    "weights that are asked for": (with_weights, "weights that are asked for"),
    "an order of tokens": (in_order, "an order of tokens"),
    "attention over channels": (lambda: timm_net("xcit_nano_12_p16_224", **VIT), "no place is known"),
    "no call of torch's attention": (lambda: hugging_face("ViT", "eager"), "no one array over a plane"),
    "class token beside a mean": (lambda: hugging_face("Dinov2"), "more than what one token makes"),
    "mean of tokens": (lambda: hugging_face("Beit"), "more than what one token makes"),
}  # fmt: skip


def lived_in(module):
    """Weights as after training: fresh ones are so small that attention is even and what follows is nearly linear."""
    generator = torch.Generator().manual_seed(1)
    for name, weights in module.named_parameters():
        if weights.ndim > 1:
            nn.init.normal_(weights, std=2 / weights[0].numel() ** 0.5, generator=generator)
        elif name.endswith(("weight", "gamma", "lambda1")):  # norms and scales of layers
            nn.init.uniform_(weights, 0.5, 1.5, generator=generator)
        else:
            nn.init.normal_(weights, std=0.3, generator=generator)
    return module


def built(module):
    """A backbone of a network as after training."""
    lived_in(module)
    module.eval()
    told = getattr(module, "patch_embed", None) or getattr(getattr(module, "tower", [None])[0], "image_size", 48)
    size = getattr(told, "img_size", told)
    size = size[0] if isinstance(size, tuple) else size
    cfg = {"input_size": (3, size, size), "mean": (0.5,) * 3, "std": (0.5,) * 3, "crop_pct": 1.0}
    if hasattr(module, "get_classifier"):
        made = of_timm(module)
    else:
        cut = find_cut("a test", module, size)
        made = Architecture(module, cut.classifier, cut, cfg)
    reading = preprocessing_for(made.model_cfg, input_size=size, longest_side=size)
    return build("a test", made, reading, "a test")


@cache
def network(kind):
    torch.manual_seed(0)
    return built(NETWORKS[kind][0]())


def noise(backbone, n=3, seed=0):
    side = backbone.preprocessing.crop
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def off(a, b):
    """The largest difference, of the largest value."""
    assert a.shape == b.shape
    return np.abs(a - b).max() / np.abs(b).max()


def seen(backbone, pixels):
    """Features and what enters the last attention's block."""
    p = backbone.preprocessing
    x = ((pixels / 255.0 - np.array(p.mean)) / np.array(p.std)).transpose(0, 3, 1, 2)
    with torch.inference_mode():
        return backbone.cut(backbone.whole.body, torch.from_numpy(x).float())


def brought(backbone, pixels):
    """The feature minus the feature without what the places bring to its last attention."""
    _, before = seen(backbone, pixels)
    with torch.inference_mode():
        whole, rest = backbone.whole.maps.along(backbone.whole.body, before, (1, 0))
    return whole.numpy(), rest.numpy()


@pytest.mark.parametrize("kind", NETWORKS)
def test_places_bring_what_is_lost_without_them(kind):
    backbone = network(kind)
    assert backbone.maps_reason is None
    assert backbone.partial_maps
    pixels = noise(backbone)
    embedded = backbone.embed(pixels, maps=True)
    whole, rest = brought(backbone, pixels)
    assert off(whole, embedded.X) < 1e-4
    assert off(embedded.maps.mean(axis=(2, 3)), whole - rest) < 1e-3  # the quadrature's bound
    assert off(embedded.maps.mean(axis=(2, 3)), embedded.X) > 1e-3  # so it is no sum of the whole feature
    assert np.abs(embedded.maps - embedded.maps.mean(axis=(2, 3), keepdims=True)).max() > 0.01 * np.abs(whole).max()
    np.testing.assert_array_equal(embedded.X, backbone.embed(pixels).X)
    assert (backbone.whole.maps.steps == 1) == NETWORKS[kind][1]
    assert backbone.describe()["places"] == "what its last attention brings"


@pytest.mark.parametrize("kind", REFUSED)
def test_what_does_not_add_up_is_refused_by_name(kind):
    torch.manual_seed(0)
    backbone = built(REFUSED[kind][0]())
    assert REFUSED[kind][1] in backbone.maps_reason
    assert not backbone.partial_maps
    with pytest.raises(InputError, match=REFUSED[kind][1]):
        backbone.embed(noise(backbone), maps=True)


def test_integrated_gradients_are_those_of_an_autograd_loop():
    """Written out for a ViT: its last block by hand, 400 midpoints of the path, one backward pass a feature."""
    backbone, n = network("class token"), 2
    pixels, body = noise(network("class token"), 2), network("class token").whole.body
    features, before = seen(backbone, pixels)
    block, heads, (d, places) = body.blocks[-1], 2, (32, 9)
    before = before.clone()
    with torch.no_grad():
        q, k, v = block.attn.qkv(block.norm1(before)).reshape(n, 10, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
        weights = torch.einsum("nhk,nhtk->nht", q[:, :, 0], k).div((d // heads) ** 0.5).softmax(dim=-1)
        each = (weights[..., None] * v).transpose(1, 2).flatten(2)  # (n, t, d)
        middle = before[:, 0] + block.attn.proj(each.sum(dim=1))
        still1 = (middle.var(dim=-1, unbiased=False, keepdim=True) + block.norm2.eps).rsqrt()
        last = middle + block.mlp(block.norm2(middle))
        still2 = (last.var(dim=-1, unbiased=False, keepdim=True) + body.norm.eps).rsqrt()

    def still(norm, x, scale):
        return (x - x.mean(dim=-1, keepdim=True)) * scale * norm.weight + norm.bias

    def end(answer):  # (steps, n, d)
        x = before[:, 0] + block.attn.proj(answer)
        return still(body.norm, x + block.mlp(still(block.norm2, x, still1)), still2)

    torch.testing.assert_close(end(each.sum(dim=1)), features, rtol=0, atol=1e-4 * float(features.abs().max()))
    times = (torch.arange(400) + 0.5) / 400
    path = (each[:, 0] + times[:, None, None] * each[:, 1:].sum(dim=1)).requires_grad_()
    out = end(path)
    slopes = [torch.autograd.grad(out[..., i].sum(), path, retain_graph=True)[0].mean(dim=0) for i in range(d)]
    cells = torch.einsum("dnk,njk->ndj", torch.stack(slopes), each[:, 1:]).reshape(n, d, 3, 3) * places
    found = backbone.embed(pixels, maps=True).maps
    assert off(found, cells.numpy()) < 1e-3
    at_the_end = [torch.autograd.grad(end(path)[-1][..., i].sum(), path)[0][-1] for i in range(d)]
    gradient = torch.einsum("dnk,njk->ndj", torch.stack(at_the_end), each[:, 1:]).reshape(n, d, 3, 3) * places
    assert off(gradient.numpy(), cells.numpy()) > 5e-3  # the gradient at the image alone is another map


def test_pooling_by_attention_is_weights_times_projections():
    """Over a plane, with a linear layer after it: one image, one head, one place at a time."""
    backbone = network("pool over a plane")
    pixels = noise(backbone)
    _, plane = seen(backbone, pixels)
    found = backbone.embed(pixels, maps=True)
    pool, (c, k) = backbone.whole.body.tower[2], (16, 8)
    with torch.no_grad():
        for i in range(len(pixels)):
            tokens = plane[i].reshape(c, 9).T
            tokens = torch.cat([tokens.mean(dim=0, keepdim=True), tokens]) + pool.pos_embed
            q, key, v = pool.qkv(tokens).chunk(3, dim=1)
            for j in range(9):
                answer = torch.zeros(16)
                for h in range(2):
                    at = slice(h * k, h * k + k)
                    a = torch.softmax(key[:, at] @ q[0, at] / k**0.5, dim=0)
                    answer[at] = a[1 + j] * v[1 + j, at]
                cell = 9 * (pool.proj.weight @ answer)
                np.testing.assert_allclose(found.maps[i, :, j // 3, j % 3], cell, atol=1e-6 * np.abs(found.maps).max())


class OneLook(nn.Module):
    """A query of its own looks at the brightest patch; each patch brings its three mean colours."""

    def __init__(self, sharp):
        super().__init__()
        self.patches, self.sharp, self.head = nn.AvgPool2d(16), sharp, nn.Linear(3, 3)
        self.look = nn.Identity()  # the module around the attention, for something to enter
        self.look.forward = self._look

    def _look(self, tokens):
        query = torch.full((len(tokens), 1, 1, 3), self.sharp)
        return F.scaled_dot_product_attention(query, tokens[:, None], tokens[:, None])[:, 0, 0]

    def forward(self, x):
        return self.head(self.look(self.patches(x).flatten(2).transpose(1, 2)))


@pytest.fixture
def spotted():
    """A grey image with one bright patch, and the grey image."""
    pixels = np.full((2, 48, 48, 3), 100, dtype=np.uint8)
    pixels[0, 16:32, 32:48] = [250, 200, 220]
    return pixels


def test_attention_on_one_patch_is_a_map_of_one_cell(spotted):
    backbone = built(OneLook(1000.0))
    found = backbone.embed(spotted, maps=True)
    colour = (np.array([250, 200, 220]) / 255 - 0.5) / 0.5
    by_hand = np.zeros((3, 3, 3))
    by_hand[:, 1, 2] = 9 * colour
    np.testing.assert_allclose(found.maps[0], by_hand, atol=1e-5)
    np.testing.assert_allclose(found.maps.mean(axis=(2, 3)), found.X, atol=1e-6)  # nothing has no place here


def test_equal_patches_share_evenly(spotted):
    found = built(OneLook(1.0)).embed(spotted, maps=True)
    np.testing.assert_allclose(found.maps[1], np.broadcast_to(found.X[1][:, None, None], (3, 3, 3)), atol=1e-6)


def test_norms_held_still_are_the_norms_and_then_lines():
    """The first pass is the norm itself; the second keeps its scale, so it doubles what it is given."""
    x = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    weight, bias = torch.rand(6) + 0.5, torch.zeros(6)
    asked = [(F.layer_norm, ((6,), weight, bias)), (F.rms_norm, ((6,), weight, 1e-6)), (F.normalize, (2.0, -1))]
    norms = StillNorms()
    for func, options in asked:
        torch.testing.assert_close(norms(func, (x, *options), {}), func(x, *options))
    kept = StillNorms(norms.scales)
    for func, options in asked:
        torch.testing.assert_close(kept(func, (2 * x, *options), {}), 2 * func(x, *options))
        assert not torch.allclose(func(2 * x, *options), 2 * func(x, *options), atol=0.1)
    assert norms(torch.relu, (x,), {}).min() == 0


@pytest.mark.parametrize("place", [(0, 0), (0, 2), (2, 0), (1, 2)])
@pytest.mark.parametrize("kind", ["timm", "torchvision"])
def test_a_token_lies_where_its_patch_lies(kind, place):
    """With one block, a patch is seen through its own token only."""
    torch.manual_seed(0)
    models = import_torchvision().models.vision_transformer
    backbone = built(timm_net("vit_tiny_patch16_224", **{**VIT, "depth": 1}) if kind == "timm"
                     else models.VisionTransformer(48, 16, 1, 2, 32, 64, num_classes=3))  # fmt: skip
    plain, (row, column) = np.full((1, 48, 48, 3), 128, np.uint8), place
    marked = plain.copy()
    marked[:, 16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = noise(backbone)[:1, :16, :16]
    before, after = (backbone.embed(pixels, maps=True).maps[0] for pixels in (plain, marked))
    assert np.unravel_index(np.abs(after - before).sum(axis=0).argmax(), (3, 3)) == place


@pytest.mark.parametrize("kind", ["class token", "CLIP's ResNet"])
def test_a_map_does_not_depend_on_its_batch(kind):
    backbone = network(kind)
    pixels = noise(backbone, 5)
    together = backbone.embed(pixels, maps=True).maps
    alone = np.concatenate([backbone.embed(pixels[i : i + 1], maps=True).maps for i in range(5)])
    np.testing.assert_allclose(together, alone, atol=1e-5 * np.abs(together).max())


@pytest.mark.parametrize("kind", ["class token", "pool over a plane"])
def test_threads_make_the_same_maps(kind):
    """Replays patch modules of their own thread, and torch's forward derivatives know one thread at a time."""
    alone, before = network(kind), torch.get_num_threads()
    pixels = noise(alone, 40)
    try:
        torch.set_num_threads(4)
        together = on_runtime(alone, "torch")
        assert together.engine.workers == 4
        for _ in range(3):
            np.testing.assert_array_equal(together.embed(pixels, maps=True).maps, alone.embed(pixels, maps=True).maps)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("kind", ["class token", "torchvision"])
def test_openvino_reads_the_features_and_torch_makes_the_maps(kind):
    pytest.importorskip("openvino")
    plain, backbone = network(kind), on_runtime(network(kind), "openvino", "float32")
    pixels = noise(backbone, 5)
    ours, theirs = (each.embed(pixels, maps=True) for each in (backbone, plain))
    np.testing.assert_array_equal(ours.maps, theirs.maps)
    assert off(ours.X, theirs.X) < 1e-3  # float32 sums in another order
    said = backbone.engine.describe()
    assert said["runtime"].startswith("openvino")
    assert said["maps_by"].startswith("torch")


@pytest.mark.parametrize("kind", ["class token", "attention pooling"])
def test_the_law_holds_with_random_layers(kind):
    shuffled = with_random_layers(network(kind), seed=0)
    pixels = noise(shuffled)
    whole, rest = brought(shuffled, pixels)
    assert off(shuffled.embed(pixels, maps=True).maps.mean(axis=(2, 3)), whole - rest) < 1e-2


def test_maps_leave_the_network_as_it_was():
    """Replays silence modules and answer calls; none of that stays."""
    backbone = network("class token")
    pixels = noise(backbone)
    before = backbone.embed(pixels).X
    backbone.embed(pixels, maps=True)
    np.testing.assert_array_equal(backbone.embed(pixels).X, before)
    assert not [name for name, part in backbone.whole.body.named_modules() if "forward" in vars(part)]
    assert not [name for name, part in backbone.whole.body.named_modules() if part._forward_pre_hooks]


def test_a_forward_of_its_own_comes_back_after_a_replay():
    part = nn.Linear(2, 2)
    part.forward = own = lambda x: x + 1
    with silenced(part, torch.zeros(1, 2)):
        assert not part(torch.ones(1, 2)).any()
    assert part.forward is own
