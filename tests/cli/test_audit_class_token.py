"""The command on a ViT with a class token: maps of what its last attention brings, and the check that says how much."""

import json
from pathlib import Path

import pytest

from hindmost.cli.main import run
from hindmost.datasets.bluebox import generate

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision


def test_places_are_checked_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openvino")
    from hindmost.backbones.architecture import untrained

    monkeypatch.setenv("HINDMOST_CACHE", str(tmp_path / "cache"))
    folder = generate(tmp_path / "drawn", train=32, val_per_group=12, test_per_group=12, size=64, workers=1)
    module = untrained("test_vit", 2).module
    torch.save(module.state_dict(), tmp_path / "vit.pth")
    given = ["--checkpoint", str(tmp_path / "vit.pth"), "--backbone", "test_vit", "--runtime", "openvino"]
    assert run(["audit", str(folder), *given, "-o", str(tmp_path / "out")]) == 0
    audit = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    extraction = audit["model"]["extraction"]
    assert extraction["places"] == "what its last attention brings"
    assert extraction["runtime"].startswith("openvino")
    assert extraction["maps_by"].startswith("torch")  # a compiled pass records no derivatives
    for head in ("erm", "dfr"):
        (part,) = [part for part in audit["heads"][head]["map_trust"]["parts"] if part["check"] == "places"]
        assert part["outcome"] in ("passed", "failed")
        assert part["low"] <= part["value"] <= part["high"] <= 1 + 1e-9
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "What the network had gathered before has no place" in page
    japanese = (tmp_path / "out" / "report.ja.html").read_text(encoding="utf-8")
    assert "各所が最後のアテンションを通してもたらすもの" in japanese
    assert "gives no map" not in page
