"""The registry, and a room that is cheap to enter."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from hindmost import backbones
from hindmost.core.errors import InputError, MissingExtra

HERE = Path(__file__).parent


@pytest.mark.parametrize("key", backbones.BACKBONES)
def test_keys_files_and_tests_agree(key):
    assert backbones.BACKBONES[key] == f"hindmost.backbones.{key}:load"
    assert (HERE / f"test_{key}.py").is_file()
    assert (Path(backbones.__file__).parent / f"{key}.py").is_file()


@pytest.mark.vision
def test_every_entry_is_callable():
    pytest.importorskip("torch")
    for entry in backbones.BACKBONES.values():
        module, _, name = entry.partition(":")
        assert callable(getattr(importlib.import_module(module), name))


def test_entering_loads_no_torch():
    code = "import hindmost.backbones, hindmost.training, hindmost.features.fill, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_missing_package_names_the_extra(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(backbones, "import_module", absent)
    with pytest.raises(MissingExtra, match=r'pip install "hindmost\[vision\]"'):
        backbones.load("resnet18")


def test_a_bug_in_our_own_imports_is_not_a_missing_extra(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError("No module named 'hindmost.gone'", name="hindmost.gone")

    monkeypatch.setattr(backbones, "import_module", absent)
    with pytest.raises(ModuleNotFoundError) as caught:
        backbones.load("resnet18")
    assert not isinstance(caught.value, MissingExtra)


@pytest.mark.vision
def test_number_of_classes():
    pytest.importorskip("torch")
    backbone = backbones.load("test_resnet", n_classes=3, pretrained=False, input_size=64)
    backbones.check_classes(backbone, 3)
    with pytest.raises(InputError, match=r"The data has 2 classes, the last layer of timm test_resnet .* has 3"):
        backbones.check_classes(backbone, 2)
