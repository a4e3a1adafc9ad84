"""The user's own code makes the network: what it may return, and every way in which it fails."""

import sys
import textwrap

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402

CODE = """
import torch
from torch import nn

class Own(nn.Module):
    def __init__(self, n_classes=4, power=1):
        super().__init__()
        self.head = nn.Linear(6, n_classes)  # registered first, called last
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3, 2), nn.BatchNorm2d(6), nn.ReLU())

    def forward(self, x):
        return self.head((self.body(x) * POWER).mean((2, 3)))

def make():
    return Own()

def sized(n_classes=5):
    return Own(n_classes), {"input_size": 32, "mean": (0.5, 0.5, 0.5), "std": (0.25, 0.25, 0.25), "crop_pct": 1.0}

def shares():
    return nn.Sequential(Own(), nn.Softmax(1))

def fails():
    raise FileNotFoundError("weights.pth is not here")

def number():
    return 3

def strange():
    return Own(), {"scale": 2}

def doubled():
    return Own().double()
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write ``name.py`` in the current directory; forget it afterwards."""
    written = []

    def write(name="own_net", power="1", code=CODE):
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(code).replace("POWER", power), encoding="utf-8")
        written.append(name)
        return name

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield write
    for name in written:
        sys.modules.pop(name, None)


def test_a_module_is_cut_where_its_answer_is_made(package):
    path = list(sys.path)
    backbone = load(f"{package()}:make")
    assert sys.path == path  # the current directory was there for the call only
    assert (backbone.name, backbone.source) == ("own_net:make", "factory own_net:make")
    assert backbone.cut.classifier == "head"
    assert (backbone.preprocessing.crop, backbone.preprocessing.mean) == (224, (0.485, 0.456, 0.406))
    pixels = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)
    x = (pixels / 255 - np.array(backbone.preprocessing.mean)) / np.array(backbone.preprocessing.std)
    with torch.inference_mode():
        own = backbone.module(torch.from_numpy(x.transpose(0, 3, 1, 2)).float()).numpy()
    embedded = backbone.embed(pixels, maps=True)
    np.testing.assert_allclose(backbone.head.logits(embedded.X), own, atol=1e-5 * np.abs(own).max())
    # a mean over 111 x 111 cells in float32
    np.testing.assert_allclose(embedded.maps.mean((2, 3)), embedded.X, rtol=1e-4)


def test_a_pair_brings_its_own_preprocessing(package):
    p = load(f"{package()}:sized", preset="timm").preprocessing
    assert (p.resize, p.crop, p.mean, p.std) == (32, 32, (0.5,) * 3, (0.25,) * 3)


def test_the_number_of_classes_is_passed_on_or_the_last_layer_replaced(package):
    name = package()
    taken, replaced = load(f"{name}:sized", n_classes=2), load(f"{name}:make", n_classes=2)
    assert taken.head.n_classes == replaced.head.n_classes == 2
    assert np.abs(replaced.head.coef).max() < 0.1  # a fresh layer starts small
    assert load(f"{name}:make").head.n_classes == 4


def test_the_seed_decides_what_the_factory_draws(package):
    name = package()
    one, again, other = (load(f"{name}:make", seed=seed).weights_hash for seed in (0, 0, 1))
    assert one == again != other


def test_other_code_is_another_network_though_the_weights_are_the_same(package):
    """Features are kept under this hash: an edited forward pass must not find the old ones."""
    before = load(f"{package('own_net', '1')}:make")
    after = load(f"{package('own_net_2', '2')}:make")
    np.testing.assert_array_equal(before.head.coef, after.head.coef)
    assert before.weights_hash != after.weights_hash


def test_a_checkpoint_is_loaded_into_it_where_the_user_names_it(package, tmp_path):
    name = package()
    torch.manual_seed(9)
    state = load(f"{name}:sized", n_classes=7).module.state_dict()
    torch.save({"state_dict": {f"model.{key}": value for key, value in state.items()}}, tmp_path / "own.pth")
    backbone = load(f"{name}:make", checkpoint=tmp_path / "own.pth")
    np.testing.assert_array_equal(backbone.head.coef, state["head.weight"].double().numpy())
    assert backbone.source == "checkpoint own.pth"
    with pytest.raises(InputError, match=r"own\.pth does not fit test_resnet"):
        load("test_resnet", checkpoint=tmp_path / "own.pth")


def test_a_file_of_weights_runs_no_code(package, tmp_path):
    ran = package("ran", code="raise SystemExit('this must never run')")
    torch.save({"state_dict": {}, "x": torch.ones(1), "hindmost": {"architecture": f"{ran}:make"}}, tmp_path / "a.pth")
    torch.save({"x": torch.ones(1), "hindmost": {"architecture": f"{ran}:make"}}, tmp_path / "a.pth")
    with pytest.raises(InputError, match=r"runs no code.*--backbone ran:make"):
        load(checkpoint=tmp_path / "a.pth")
    assert "ran" not in sys.modules


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        ("own_net:gone", "own_net has no function 'gone'"),
        ("own_net:torch.nn.nothing", "has no function"),
        ("gone:make", "no module 'gone' in the current directory or on PYTHONPATH"),
        ("own_net:fails", "was called and failed: FileNotFoundError: weights.pth is not here"),
        ("own_net:number", "must return a torch.nn.Module.*but int came"),
        ("own_net:strange", "preprocessing names 'scale'"),
        ("own_net:shares", "is not the output"),
    ],
)
def test_refused_in_one_sentence(package, factory, words):
    package()
    with pytest.raises(InputError, match=words) as caught:
        load(factory)
    assert "\n" not in str(caught.value)


def test_a_module_that_needs_what_is_missing_or_is_broken(package):
    package("needs", code="import surely_not_installed_anywhere")
    with pytest.raises(InputError, match="needs could not be imported: it needs surely_not_installed_anywhere"):
        load("needs:make")
    package("broken", code="1 / 0")
    with pytest.raises(InputError, match="broken could not be imported: ZeroDivisionError"):
        load("broken:make")


def test_other_precision_is_brought_to_float32(package):
    assert load(f"{package()}:doubled").module.head.weight.dtype == torch.float32
