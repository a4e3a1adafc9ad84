"""Tensors from a file of weights, without running anything that the file brings along."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hindmost.core.errors import InputError, MissingExtra

WRAPPERS = ("state_dict", "model_state_dict", "model")
META = "hindmost"  # where hindmost's own checkpoints say what they are

_CODE = ("Unsupported global", "Unsupported class", "was not an allowed global")


@dataclass(frozen=True, eq=False)
class WeightsFile:
    """The tensors of one file, and what a checkpoint of hindmost says of itself (else empty)."""

    tensors: dict[str, Tensor]
    meta: dict[str, Any]


def read_weights(path: Path) -> WeightsFile:
    """Read a ``.pth``, ``.pt`` or ``.safetensors`` file.

    A plain state_dict, or one under "state_dict", "model_state_dict" or "model".

    Raises
    ------
    InputError
        The file is missing, damaged, holds no tensors by name, or is a pickle that wants to run code.
    """
    if not path.is_file():
        raise InputError(f"The checkpoint {path} does not exist or is not a file. Check the path.")
    content = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    if not isinstance(content, Mapping):
        raise InputError(f"{path} holds {_kind(content)}, expected tensors by name. Save model.state_dict() instead.")
    meta = content.get(META)
    tensors = _unwrapped(content)
    if not tensors:
        raise InputError(f"{path} holds no tensors by name. Save model.state_dict() and pass that file.")
    return WeightsFile(tensors, dict(meta) if isinstance(meta, Mapping) else {})


def _unwrapped(content: Mapping[Any, Any]) -> dict[str, Tensor]:
    for key in WRAPPERS:
        if isinstance(content.get(key), Mapping):
            return _unwrapped(content[key])
    return {name: value for name, value in content.items() if isinstance(name, str) and isinstance(value, Tensor)}


def _pickled(path: Path) -> Any:
    try:
        return torch.load(path, weights_only=True, map_location="cpu")
    except pickle.UnpicklingError as error:
        if not any(word in str(error) for word in _CODE):
            raise _damaged(path, error) from error
        raise InputError(
            f"{path} is a pickle that wants to run code, so it was not opened ({_first_global(error)}). "
            "Where you trust it, load it yourself and save its state_dict with safetensors.torch.save_file."
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise _damaged(path, error) from error


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ModuleNotFoundError as missing:
        raise MissingExtra('Reading .safetensors needs: pip install "hindmost[vision]"') from missing
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: BaseException) -> InputError:
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    return InputError(f"{path} is damaged or not a file of weights ({reason}). Copy or export it again.")


def _first_global(error: BaseException) -> str:
    """The sentence in which torch names what the pickle asked for."""
    lines = [line for line in str(error).splitlines() if any(word in line for word in _CODE)]
    return lines[0].strip().partition(". ")[0][:160]


def _kind(content: Any) -> str:
    return f"a {type(content).__name__}"
