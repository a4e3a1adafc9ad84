"""Empirical risk minimisation: cross-entropy on the train rows, whatever they have in common."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.fingerprint import of_array, of_json
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import Rows
from hindmost.training.hold_out import held_out
from hindmost.training.pixels import Load, PixelSource
from hindmost.training.precision import uses_bfloat16
from hindmost.training.recipe import Recipe
from hindmost.training.reproducible import reproducible
from hindmost.training.result import TrainingResult
from hindmost.training.session import Session
from hindmost.training.state import load_state

RECIPE = 1  # counts changes of this room that change a weight


def fine_tune(
    module: nn.Module,
    load: Load,
    rows: Rows,
    *,
    preprocessing: Preprocessing,
    recipe: Recipe,
    state_file: Path,
    key: str,
    progress: Progress = silent,
) -> TrainingResult:
    """Fine-tune every weight of a network on the train rows.

    Parameters
    ----------
    module : nn.Module      changed in place; ends with the weights of the best epoch
    load : callable         row -> uint8 (side, side, 3) with side = preprocessing.resize; called from threads
    rows : Rows             train rows are learned, val rows pick the epoch, test rows are not looked at
    preprocessing : Preprocessing
    recipe : Recipe
    state_file : Path       where the run stands after each epoch: an interrupted run goes on from there
    key : str               hash of what else the result depends on: the images and the starting weights

    Raises
    ------
    InputError          fewer than 2 train rows, or the network has another number of classes
    HindmostError       the loss is not finite any more
    """
    out = held_out(rows, recipe.hold_out, recipe.seed)
    train = np.flatnonzero(rows.mask("train") & ~out)
    if len(train) < 2:
        raise InputError(f"Training needs at least 2 train rows, but {len(train)} came. Check the split column.")
    key = _key(key, rows, preprocessing, recipe)
    state, notes = load_state(state_file, key)
    resumed_after = 0 if state is None else len(state.history)
    with PixelSource(load, preprocessing.resize) as source, reproducible():
        session = Session(module, source, rows, train, preprocessing, recipe, progress)
        state = session.run(state, state_file, key)
    assert state.best is not None
    module.load_state_dict(state.best)
    module.eval()
    return TrainingResult(
        state.best, tuple(state.history), state.best_epoch, tuple(rows.ids[out].tolist()), state.early, recipe,
        "bfloat16 autocast" if session.bfloat16 else "float32", torch.get_num_threads(), resumed_after, notes,
    )  # fmt: skip


def _key(key: str, rows: Rows, preprocessing: Preprocessing, recipe: Recipe) -> str:
    """The name of a run: its state may be used again only where all of this is the same."""
    columns = [of_array(column) for column in (rows.ids, rows.y, rows.group, rows.split)]
    here = [torch.__version__, torch.get_num_threads(), uses_bfloat16(recipe.precision), RECIPE]
    return of_json([key, columns, asdict(preprocessing), asdict(recipe), here])
