"""The page's open_clip factory runs as it is printed, on a small tower with random weights: nothing is fetched."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.backbones._timm import import_torchvision  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "backbones.md"
SMALL = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


@pytest.fixture
def factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The module of the page, with the small tower in place of the published one."""
    import_torchvision()
    import open_clip

    (tmp_path / "small-clip.json").write_text(json.dumps(SMALL))
    open_clip.add_model_config(tmp_path / "small-clip.json")
    (block,) = re.findall(r"```python\n(import open_clip.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = 'MODEL, PRETRAINED = "ViT-B-32", "laion2b_s34b_b79k"'
    assert named in block
    (tmp_path / "clip_net.py").write_text(block.replace(named, 'MODEL, PRETRAINED = "small-clip", None'))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    import clip_net

    yield clip_net
    sys.modules.pop("clip_net", None)


def test_tower_and_prompts_become_body_and_head(factory, tmp_path: Path) -> None:
    """The head is the prompts' embeddings, the features lie on the unit sphere, and together they are CLIP."""
    network, reading = factory.make()
    torch.save(network.state_dict(), tmp_path / "clip.pth")
    backbone = load("clip_net:make", checkpoint=tmp_path / "clip.pth", preset="timm")
    assert (backbone.n_features, backbone.head.coef.shape) == (24, (2, 24))
    np.testing.assert_allclose(backbone.head.coef, network.head.weight.detach().numpy(), atol=1e-6)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    said = backbone.embed(pixels)
    np.testing.assert_allclose(np.linalg.norm(said.X, axis=1), 1, atol=1e-5)
    scaled = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
    mean, std = (torch.tensor(reading[name])[:, None, None] for name in ("mean", "std"))
    with torch.no_grad():
        expected = network.eval()((scaled - mean) / std).numpy()
    np.testing.assert_allclose(said.logits, expected, atol=1e-3)
    assert backbone.preprocessing.crop == 64
    assert backbone.partial_maps
