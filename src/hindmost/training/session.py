"""One training run: a network, its rows, its recipe, and the loop over epochs."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import HindmostError, InputError
from hindmost.core.progress import Progress
from hindmost.core.rows import IntArray, Rows
from hindmost.training.augment import centre_view, random_view
from hindmost.training.batches import in_order, shuffled
from hindmost.training.inputs import as_input
from hindmost.training.pixels import PixelSource
from hindmost.training.precision import uses_bfloat16
from hindmost.training.recipe import Recipe
from hindmost.training.reproducible import seed_epoch
from hindmost.training.result import Epoch
from hindmost.training.schedule import rate_at
from hindmost.training.state import State, save_state
from hindmost.training.validation import Scores, scores


@dataclass(eq=False)
class Session:
    """One run: a network, its rows and its recipe."""

    module: nn.Module
    source: PixelSource
    rows: Rows
    train: IntArray
    preprocessing: Preprocessing
    recipe: Recipe
    progress: Progress

    def __post_init__(self) -> None:
        self.module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.bfloat16 = uses_bfloat16(self.recipe.precision)
        self.optimiser = torch.optim.AdamW(_parameters(self.module, self.recipe), lr=self.recipe.lr)
        self.y = torch.from_numpy(self.rows.y.copy())
        self.steps = len(shuffled(self.train, self.recipe.batch, 0, 0))  # an epoch

    def run(self, state: State | None, state_file: Path, key: str) -> State:
        """Epochs from the state's to the last, or until nothing gets better."""
        if state is None:
            state = State({}, {})
        else:
            self.module.load_state_dict(state.model)
            self.optimiser.load_state_dict(state.optimiser)
        while not state.finished:
            self._epoch(state)
            save_state(state_file, key, state)
        total = self.steps * self.recipe.epochs
        self.progress("training", total, total)
        return state

    def _epoch(self, state: State) -> None:
        """One epoch and its place among the others."""
        number = len(state.history) + 1
        seed_epoch(self.recipe.seed, number)
        loss = self._learn(number)
        found = self._validate()
        state.history.append(_record(number, loss, found, self.recipe))
        state.model, state.optimiser = self.module.state_dict(), self.optimiser.state_dict()
        if number == 1 and self.recipe.keep_early:
            state.early = copy.deepcopy(state.model)
        if _is_best(state.history):
            state.best, state.best_epoch = copy.deepcopy(state.model), number
        state.finished = number == self.recipe.epochs or number - state.best_epoch >= self.recipe.patience

    def _learn(self, number: int) -> float:
        """Every train row once; returns the mean loss."""
        self.module.train()
        batches = shuffled(self.train, self.recipe.batch, self.recipe.seed, number)
        total = 0.0
        for step, (rows, images) in enumerate(zip(batches, self.source.stream(batches), strict=True)):
            rng = np.random.default_rng([self.recipe.seed, number, step])
            x = as_input(random_view(images, self.preprocessing.crop, rng), self.preprocessing)
            done = (number - 1) * self.steps + step
            total += self._step(x, self.y[rows], done) * len(rows)
            self.progress("training", done + 1, self.steps * self.recipe.epochs)
        return total / len(self.train)

    def _step(self, x: Tensor, y: Tensor, done: int) -> float:
        """One step of the optimiser; returns the loss before it."""
        rate = rate_at(done, self.steps * self.recipe.epochs, self.recipe.lr, self.recipe.warm_up)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = nn.functional.cross_entropy(self._logits(x), y)
        if not math.isfinite(loss.item()):
            raise HindmostError(f"The loss is {loss.item()} after {done} steps. Train with a lower learning rate.")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def _validate(self) -> Scores | None:
        """Scores of the validation rows, on their centre crops."""
        self.module.eval()
        val = np.flatnonzero(self.rows.mask("val"))
        batches = in_order(val, 2 * self.recipe.batch)
        logits = []
        with torch.inference_mode():
            for images in self.source.stream(batches):
                x = as_input(centre_view(images, self.preprocessing.crop), self.preprocessing)
                logits.append(self._logits(x).double().numpy())
        return scores(np.concatenate(logits), self.rows.y[val], self.rows.group[val]) if logits else None

    def _logits(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            logits: Tensor = self.module(x)
        n_classes = len(self.rows.naming.classes)
        if logits.ndim != 2 or logits.shape[1] != n_classes:
            raise InputError(f"The data has {n_classes} classes, but the network gives {tuple(logits.shape)}. "
                             "Load it with as many classes as the data has.")  # fmt: skip
        return logits.float()


def _parameters(module: nn.Module, recipe: Recipe) -> list[dict[str, object]]:
    """Two groups: matrices and kernels decay; biases and norms, which are vectors, do not."""
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _record(number: int, loss: float, found: Scores | None, recipe: Recipe) -> Epoch:
    if found is None:
        return Epoch(number, loss, None, None, None, None, None)
    return Epoch(number, loss, found.loss, found.mean, found.worst_class, found.worst_group, found.of(recipe.criterion))


def _is_best(history: list[Epoch]) -> bool:
    """Whether the last epoch is better than all before; of equal scores, the lower loss wins.

    Without validation rows nothing compares epochs: the last one stands.
    """
    *before, last = history
    if last.score is None or last.val_loss is None:
        return True
    return all((last.score, -last.val_loss) > (e.score or 0.0, -(e.val_loss or 0.0)) for e in before)
