"""Small inputs for the command, and a cache of its own."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from hindmost.cli.main import run
from hindmost.pipeline.options import ModelOptions


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("HINDMOST_CACHE", str(folder))
    return folder


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """Embeddings with a shortcut: feature 0 holds the class, feature 1 the cue that follows it in training."""
    generator = np.random.default_rng(7)
    n = 1600
    split = np.repeat([0, 1, 2], [800, 240, 560])
    y, cue = np.arange(n) % 2, (np.arange(n) // 2) % 2
    cue = np.where((split == 0) & (generator.random(n) < 0.9), y, cue)
    X = generator.normal(size=(n, 12)).astype(np.float32)
    X[:, 0] += 3 * y
    X[:, 1] += 4 * cue
    margin = 2 * X[:, 0] + 3 * X[:, 1] - 9
    logits = np.stack([-margin / 2, margin / 2], axis=1).astype(np.float32)
    return {"X": X, "y": y, "a": cue, "split": split, "logits": logits}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write arrays as an embeddings file."""

    def save(arrays: dict[str, np.ndarray], name: str = "embeddings.npz") -> Path:
        np.savez(tmp_path / name, **arrays)
        return tmp_path / name

    return save


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command, expect exit code 2 and one clear sentence; give the sentence."""

    def check(*arguments: object, out: Path | None = None) -> str:
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert code == 2, said
        assert said.out == ""
        assert "Traceback" not in said.err
        assert out is None or not out.exists(), "something was left in OUT"
        return said.err.strip().splitlines()[-1]

    return check


CODE = """
import torch
from torch import nn

seen = []  # rows of each forward pass

class Colours(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.body = nn.Sequential(nn.Conv2d(3, 8, 4, 4), nn.ReLU())
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        seen.append(len(x))
        return self.head(self.body(x).mean((2, 3)))

def make():
    return Colours(), {"input_size": 32, "crop_pct": 1.0}
"""


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelOptions]:
    """A network that is quick, made by a factory in the current directory."""
    torch = pytest.importorskip("torch")
    (tmp_path / "colours_net.py").write_text(textwrap.dedent(CODE), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    from colours_net import make

    torch.save(make()[0].state_dict(), tmp_path / "colours.pth")
    yield ModelOptions("colours_net:make", tmp_path / "colours.pth", runtime="torch")
    sys.modules.pop("colours_net", None)


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A very small bluebox; copy it before changing it."""
    from hindmost.datasets.bluebox import generate

    folder = tmp_path_factory.mktemp("bluebox") / "photographs"
    return generate(folder, train=48, val_per_group=10, test_per_group=10, size=64, workers=1)
