"""Verb: fine-tune a network by empirical risk minimisation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from hindmost.datasets.photograph import pixel_limit
from hindmost.io.output import staging
from hindmost.pipeline._data import read_input
from hindmost.pipeline._network import Trained, trained
from hindmost.pipeline.options import DATA, MODEL, SILENT, TRAINING, DataOptions, ModelOptions, Talk, TrainOptions


def train(
    source: Path,
    out: Path,
    data: DataOptions = DATA,
    model: ModelOptions = MODEL,
    training: TrainOptions = TRAINING,
    *,
    seed: int = 0,
    talk: Talk = SILENT,
) -> list[Path]:
    """Fine-tune on the train split and write ``erm.pth``, ``training.json`` and what was asked for beside them.

    ``early.pth`` holds the weights after the first epoch (``keep_early``), ``held_out.txt`` the ids of
    the train rows that training did not see (``hold_out``). An interrupted run resumes from its last
    whole epoch.

    Returns
    -------
    list of Path        the files in ``out``

    Raises
    ------
    InputError
        The input, the options or ``out`` cannot be used; nothing is written.
    """
    with staging(out) as folder, pixel_limit(data.most_pixels):
        given = read_input(source, data, talk)
        names = _write(trained(given, model, training, seed, talk), folder)
    return [out / name for name in names]


def _write(done: Trained, folder: Path) -> list[str]:
    shutil.copyfile(done.checkpoint, folder / "erm.pth")
    names = ["erm.pth", "training.json"]
    record = json.dumps(done.network.training, indent=2, allow_nan=False)
    (folder / "training.json").write_text(record + "\n", encoding="utf-8")
    if done.early is not None:
        shutil.copyfile(done.early, folder / "early.pth")
        names.append("early.pth")
    if done.network.held_out is not None:
        (folder / "held_out.txt").write_text("\n".join(done.network.held_out) + "\n", encoding="utf-8")
        names.append("held_out.txt")
    return names
