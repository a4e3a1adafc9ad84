"""What is chosen before training starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hindmost.core.errors import InputError

Criterion = Literal["mean", "worst_class", "worst_group"]
CRITERIA: tuple[Criterion, ...] = ("mean", "worst_class", "worst_group")


@dataclass(frozen=True)
class Recipe:
    """How a network is fine-tuned.

    Parameters
    ----------
    epochs : int                    at most so many passes over the train rows
    batch : int                     rows a step, about
    lr : float                      peak learning rate of AdamW
    weight_decay : float            on matrices, not on biases and norms
    warm_up : float in [0, 1)       share of all steps in which the rate rises to its peak; a cosine follows
    criterion : Criterion           validation accuracy that picks the epoch: mean, worst class or worst group
    patience : int                  epochs without a better one before training stops
    hold_out : float in [0, 1)      share of each train group that is kept out for later methods
    keep_early : bool               True: the weights after the first epoch are kept too
    precision : "auto", "bfloat16" or "float32"     auto: bfloat16 where the processor computes in it
    seed : int
    """

    epochs: int = 6
    batch: int = 32
    lr: float = 5e-4
    weight_decay: float = 0.01
    warm_up: float = 0.1
    criterion: Criterion = "mean"
    patience: int = 3
    hold_out: float = 0.0
    keep_early: bool = False
    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low in (("epochs", 1), ("batch", 2), ("patience", 1), ("seed", 0)):
            if getattr(self, name) < low:
                raise InputError(f"recipe: {name} must be at least {low}, but {getattr(self, name)} came.")
        for name in ("warm_up", "hold_out"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"recipe: {name} must lie in [0, 1), but {getattr(self, name)} came.")
        if self.lr <= 0 or self.weight_decay < 0:
            raise InputError(f"recipe: lr must be positive and weight_decay not negative, but {self.lr} and "
                             f"{self.weight_decay} came.")  # fmt: skip
        if self.criterion not in CRITERIA:
            raise InputError(f"recipe: criterion must be one of {', '.join(CRITERIA)}, but {self.criterion!r} came.")
        if self.precision not in ("auto", "bfloat16", "float32"):
            raise InputError(f"recipe: precision must be auto, bfloat16 or float32, but {self.precision!r} came.")
