"""How a network is named, and which source a name means."""

from __future__ import annotations

from pathlib import Path

DEFAULT = "tf_efficientnet_lite0"
TORCHVISION = "torchvision/"
HUGGING_FACE = "hf/"


def source_of(name: str) -> str:
    """The registry key of what a name without a checkpoint means."""
    if name.startswith(TORCHVISION):
        return "torchvision"
    if name.startswith(HUGGING_FACE):
        return "hugging_face"
    if ":" in name:
        return "factory"
    return "efficientnet_lite0" if name.partition(".")[0] == DEFAULT else "timm"


def shown_name(name: str) -> str:
    """The name as reports show it: without the place of a folder on this machine."""
    where = Path(name.removeprefix(HUGGING_FACE))
    local = name.startswith(HUGGING_FACE) and where.is_dir()
    return f"{HUGGING_FACE}{where.resolve().name}" if local else name
