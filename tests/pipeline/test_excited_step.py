"""Which images of single features are shown, and what the audit keeps of them."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from hindmost.core.excited import ExcitedRow
from hindmost.pipeline._excited import _turns
from hindmost.pipeline._thumbnails import BESIDE_FEATURES, MOST
from hindmost.pipeline.options import AuditOptions, ModelOptions


def row(kind, feature, *ids):
    return ExcitedRow(kind, feature, 0.1, False, ids, ("g",) * len(ids), (1.0,) * len(ids))


def test_every_feature_gets_its_first_image_before_any_gets_its_second():
    found = (
        row("dropped core", 1, "a", "b", "c"),
        row("dropped core", 2, "d", "a", "e"),
        row("dropped cue", 3, "f", "g"),
        row("kept core", 4, "b", "h", "i"),
    )
    assert _turns(found, ()) == ["a", "f", "b", "d", "g", "h", "c", "i", "e"]
    assert _turns(found, {"a", "f"}) == ["b", "d", "g", "h", "c", "i", "e"], "what is there is not stored twice"
    assert _turns((), ()) == []


NET = """
import torch
from torch import nn

class Colours(nn.Module):
    def __init__(self, pool):
        super().__init__()
        torch.manual_seed(3)
        self.body = nn.Sequential(nn.Conv2d(3, 24, 8, 8), nn.ReLU())
        self.pool, self.head = pool, nn.Linear(24, 2)

    def forward(self, x):
        cells = self.body(x)
        said = cells.mean((2, 3)) if self.pool else cells.std((2, 3))
        return self.head(said)

def mean():
    return Colours(True), {"input_size": 32, "crop_pct": 1.0}

def spread():
    return Colours(False), {"input_size": 32, "crop_pct": 1.0}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hindmost.datasets.bluebox import generate

    place = tmp_path_factory.mktemp("bluebox") / "photographs"
    return generate(place, train=64, val_per_group=12, test_per_group=32, size=64, workers=1)


@pytest.fixture
def audited(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable]:
    torch = pytest.importorskip("torch")
    from hindmost.pipeline.audit import audit

    (tmp_path / "excited_net.py").write_text(NET, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("HINDMOST_CACHE", str(tmp_path / "cache"))
    excited_net = importlib.import_module("excited_net")

    def work(factory: str):
        torch.save(getattr(excited_net, factory)()[0].state_dict(), tmp_path / "net.pth")
        model = ModelOptions(f"excited_net:{factory}", tmp_path / "net.pth", runtime="torch")
        return audit(folder, tmp_path / "out", AuditOptions(model=model, heads=("erm", "dfr")))

    yield work
    sys.modules.pop("excited_net", None)


@pytest.mark.vision
def test_pictures_of_features_share_the_24_with_the_groups(audited: Callable) -> None:
    found = audited("mean")
    pictures = {one.id: one for one in found.thumbnails}
    assert len(pictures) == len(found.thumbnails) <= MOST
    assert sum(bool(one.maps) for one in found.thumbnails) == BESIDE_FEATURES
    assert found.anatomy.excited
    for one in found.anatomy.excited:
        shown = [plane is not None for plane in one.planes]
        assert shown == [id in pictures for id in one.ids]
        assert shown[0], "the first image of every feature is shown"
        means = [np.mean(plane) for plane in one.planes if plane is not None]
        assert means == sorted(means, reverse=True), "the mean over cells is the feature, the largest first"
        assert all(0 <= share <= 1 for share in one.inside if share is not None)
        assert [share is None for share in one.inside] == [share is None for share in one.area]
        assert one.place.n >= 20


@pytest.mark.vision
def test_a_network_without_maps_shows_photographs_alone(audited: Callable) -> None:
    found = audited("spread")
    assert found.heads["erm"].maps_reason is not None
    assert 0 < len(found.thumbnails) <= MOST
    assert all(not one.maps and one.jpeg for one in found.thumbnails)
    for one in found.anatomy.excited:
        assert (one.planes, one.inside, one.place) == ((), (), None)
