"""timm by name: known, unknown, and out of reach."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import _timm, load  # noqa: E402
from hindmost.core.errors import InputError, MissingExtra  # noqa: E402


def test_fresh_weights_follow_the_seed():
    def make(seed):
        return load("test_resnet", n_classes=2, pretrained=False, seed=seed, input_size=64)

    assert make(0).weights_hash == make(0).weights_hash != make(1).weights_hash


def test_loading_leaves_the_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load("test_resnet", pretrained=False, input_size=64)
    assert torch.equal(torch.rand(1), expected)


def test_its_own_size_and_scale():
    p = load("test_resnet", pretrained=False).preprocessing
    assert (p.resize, p.crop) == (round(160 * 256 / 224), 160)


def test_unknown_name():
    with pytest.raises(InputError, match=r"no network named 'resnett18'.*resnet18"):
        load("resnett18")


def test_unknown_weights():
    with pytest.raises(InputError, match=r"no weights named 'resnet18\.nope'.*resnet18\."):
        load("resnet18.nope")


def test_weights_out_of_reach(monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(_timm.import_timm(), "create_model", unreachable)
    with pytest.raises(InputError, match=r"could not be fetched: no route to host.*--checkpoint"):
        load("resnet18")


@pytest.mark.parametrize(("n_classes", "small"), [(2, True), (1000, False), (None, False)])
def test_only_a_fresh_last_layer_starts_small(monkeypatch, n_classes, small):
    timm = _timm.import_timm()
    create = timm.create_model

    def offline(name, pretrained, **options):
        module = create(name, pretrained=False, **options)
        torch.nn.init.ones_(module.get_classifier().weight)
        return module

    monkeypatch.setattr(timm, "create_model", offline)
    weights = load("test_resnet", n_classes=n_classes, input_size=64).head.coef
    assert (np.abs(weights).max() < 0.1) == small
    assert len(weights) == (n_classes or 1000)


def test_missing_timm(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError("No module named 'timm'", name="timm")

    monkeypatch.setattr(_timm, "import_module", absent)
    with pytest.raises(MissingExtra, match="needs timm"):
        _timm.import_timm()


class Imports:
    """An import that fails as a torchvision of another build does, until its schemas exist."""

    def __init__(self, message):
        self.message, self.calls = message, 0

    def __call__(self, name):
        self.calls += 1
        if self.calls == 1:
            raise RuntimeError(self.message)
        return np  # any module will do


def test_the_cure_is_tried_once_and_only_for_its_symptom(monkeypatch):
    forgotten, declared = [], []
    monkeypatch.setattr(_timm, "_forget", forgotten.append)
    monkeypatch.setattr(_timm, "_declare_schemas", lambda: declared.append(True))
    monkeypatch.setattr(_timm, "import_module", Imports("operator torchvision::nms does not exist"))
    assert _timm.import_torchvision() is np
    assert (forgotten, declared) == (["torchvision"], [True])
    monkeypatch.setattr(_timm, "import_module", Imports("something else is broken"))
    with pytest.raises(RuntimeError, match="something else"):
        _timm.import_torchvision()
