"""Where a training run stands, on disk after each epoch.

The file appears by rename, so an interrupted run leaves the last whole epoch. No generator state is kept:
every random choice is a function of seed, epoch and step.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hindmost.core.errors import InputError
from hindmost.training.result import Epoch

Tensors = dict[str, Tensor]


@dataclass
class State:
    """A run between two epochs. Mutable on purpose: it is what training changes.

    Parameters
    ----------
    model, optimiser : dict     their state_dicts
    history : list of Epoch     finished epochs
    best, early : dict or None  weights of the best epoch and of the first
    best_epoch : int
    finished : bool             True where no epoch is left to do
    """

    model: Tensors
    optimiser: dict[str, Any]
    history: list[Epoch] = field(default_factory=list)
    best: Tensors | None = None
    best_epoch: int = 0
    early: Tensors | None = None
    finished: bool = False


def save_state(path: Path, key: str, state: State) -> None:
    """Write where the run stands; whole or not at all.

    Raises
    ------
    InputError      the disk is full or cannot be written
    """
    plain = {name: getattr(state, name) for name in ("model", "optimiser", "best", "best_epoch", "early", "finished")}
    write_tensors(path, {"key": key, "history": [asdict(epoch) for epoch in state.history], **plain})


def load_state(path: Path, key: str) -> tuple[State | None, tuple[str, ...]]:
    """The state of an earlier run of the same key, and notes; None where there is none that can be used."""
    if not path.is_file():
        return None, ()
    try:
        stored = torch.load(path, weights_only=True, map_location="cpu")
        if stored.pop("key") != key:
            return None, ()
        history = [Epoch(**epoch) for epoch in stored.pop("history")]
        return State(history=history, **stored), ()
    except (RuntimeError, EOFError, ValueError, KeyError, TypeError, AttributeError, pickle.UnpicklingError):
        return None, (f"The state of an interrupted training, {path.name}, was damaged: training began anew.",)


def write_tensors(path: Path, content: Mapping[str, Any]) -> None:
    """Save plain values and tensors so that the file appears by rename."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(dict(content), part)
        part.replace(path)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise InputError(f"{path} cannot be written ({reason}). Free space there or name another folder.") from error
    finally:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)
