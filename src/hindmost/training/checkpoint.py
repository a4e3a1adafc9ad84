"""A file of trained weights that says which network it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from torch import Tensor

from hindmost.core.dataset import Preprocessing
from hindmost.training.state import write_tensors

FORMAT = 1


def save_checkpoint(
    path: Path,
    state_dict: Mapping[str, Tensor],
    *,
    architecture: str,
    classes: tuple[str, ...],
    preprocessing: Preprocessing,
) -> None:
    """Write ``{"state_dict": ..., "hindmost": {...}}``, which loads with ``weights_only=True``.

    Parameters
    ----------
    architecture : str          the timm name, or "torchvision/NAME"
    classes : tuple of str      what the outputs are, in order
    preprocessing : Preprocessing   what the network was trained with

    Raises
    ------
    InputError      the disk is full or cannot be written
    """
    meta = {
        "format": FORMAT,
        "architecture": architecture,
        "n_classes": len(classes),
        "classes": list(classes),
        "preprocessing": asdict(preprocessing),
    }
    write_tensors(Path(path), {"state_dict": dict(state_dict), "hindmost": meta})
