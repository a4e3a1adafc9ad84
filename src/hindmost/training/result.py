"""What a training run leaves."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from hindmost.training.recipe import Recipe


@dataclass(frozen=True)
class Epoch:
    """One pass over the train rows, and what the validation rows said after it.

    ``score`` is the recipe's criterion; it and the other validation numbers are None without validation rows.
    """

    number: int
    train_loss: float
    val_loss: float | None
    mean: float | None
    worst_class: float | None
    worst_group: float | None
    score: float | None


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """The weights of the best epoch, and how they came about.

    Parameters
    ----------
    state_dict : dict                   weights of the best epoch, float32
    history : tuple of Epoch
    best_epoch : int                    its number, from 1
    held_out : tuple of str             ids of the train rows that were kept out
    early_state : dict or None          weights after the first epoch, where the recipe keeps them
    recipe : Recipe
    precision : str                     "bfloat16 autocast" or "float32"
    threads : int
    resumed_after : int                 epochs that an earlier, interrupted run had finished; 0: none
    notes : tuple of str                what was found damaged and done again
    """

    state_dict: dict[str, Tensor]
    history: tuple[Epoch, ...]
    best_epoch: int
    held_out: tuple[str, ...]
    early_state: dict[str, Tensor] | None
    recipe: Recipe
    precision: str
    threads: int
    resumed_after: int = 0
    notes: tuple[str, ...] = ()
