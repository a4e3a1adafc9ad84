"""Step: the network, from the user's checkpoint or fine-tuned here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hindmost import backbones
from hindmost.core import fingerprint
from hindmost.core.errors import InputError
from hindmost.datasets.decode import load_pixels
from hindmost.pipeline._data import Input
from hindmost.pipeline._recipe import OfWeights, Recipe
from hindmost.pipeline.options import TRAINING as TRAINING_DEFAULTS
from hindmost.pipeline.options import ModelOptions, Talk, TrainOptions, cache_folder
from hindmost.training import TRAINING

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone
    from hindmost.training.result import TrainingResult

OWN_HEAD = "the network's own last layer, as it was trained"


@dataclass(frozen=True)
class Network:
    """A network and where it came from.

    Parameters
    ----------
    backbone : Backbone
    weights : "trained here" or "checkpoint"
    how : str                       where the baseline head comes from, in words
    training : dict or None         recipe and validation history, when trained here
    held_out : tuple of str or None ids of train rows that training did not see; None: not known
    early : Backbone or None        the same network early in its training
    recipe, early_recipe            what makes the very same networks on another machine
    """

    backbone: Backbone
    weights: str
    how: str
    recipe: Recipe
    training: dict[str, Any] | None = None
    held_out: tuple[str, ...] | None = None
    early: Backbone | None = None
    early_recipe: Recipe | None = None


def network_for(given: Input, model: ModelOptions, training: TrainOptions, seed: int, talk: Talk) -> Network:
    """The checkpoint's network, or the default one fine-tuned on the train split (kept in the cache)."""
    if model.checkpoint is not None:
        if training != TRAINING_DEFAULTS:
            raise InputError(
                "A checkpoint is not trained again, but training options came (--epochs, --lr, --criterion, "
                "--hold-out or --keep-early). Leave them out, or leave out --checkpoint."
            )
        reading = _reading(given, model)
        recipe = OfWeights(model.checkpoint, model.backbone, reading)
        early = None if model.early is None else replace(recipe, checkpoint=model.early)
        held_out = None if model.held_out is None else _listed(model.held_out, given)
        return _network("checkpoint", recipe, early, held_out=held_out)
    if model.early is not None or model.held_out is not None:
        raise InputError(
            "--early and --held-out describe the network of --checkpoint, but none came. "
            "To train one here, use --keep-early and --hold-out."
        )
    return trained(given, model, training, seed, talk).network


@dataclass(frozen=True)
class Trained:
    """A fine-tuned network and the files that hold it."""

    network: Network
    checkpoint: Path
    early: Path | None


def trained(given: Input, model: ModelOptions, training: TrainOptions, seed: int, talk: Talk) -> Trained:
    """Fine-tune on the train split, or take the finished run of the same content from the cache."""
    rows = given.dataset.rows
    start = backbones.load(model.backbone, n_classes=len(rows.naming.classes), seed=seed, **_reading(given, model))
    folder = cache_folder() / "models" / _key(given, start, training, seed)
    result = _fine_tune(given, start, training, seed, folder, talk)
    checkpoint = _save(folder / "erm.pth", result.state_dict, start, given)
    early = None if result.early_state is None else _save(folder / "early.pth", result.early_state, start, given)
    recipe = OfWeights(checkpoint, model.backbone)
    start_of_it = None if early is None else replace(recipe, checkpoint=early)
    held_out = result.held_out or None
    network = _network("trained here", recipe, start_of_it, training=_record(result), held_out=held_out)
    return Trained(network, checkpoint, early)


def _network(
    weights: str,
    recipe: OfWeights,
    early: OfWeights | None,
    *,
    training: dict[str, Any] | None = None,
    held_out: tuple[str, ...] | None,
) -> Network:
    start = None if early is None else early()
    return Network(recipe(), weights, OWN_HEAD, recipe, training, held_out, start, early)


def _fine_tune(
    given: Input, start: Backbone, training: TrainOptions, seed: int, folder: Path, talk: Talk
) -> TrainingResult:
    from hindmost.training.recipe import Recipe

    chosen = {name: value for name, value in asdict(training).items() if value is not None}
    module, name = TRAINING["erm"].split(":")
    result: TrainingResult = getattr(import_module(module), name)(
        start.module,
        _squares(given, start),
        given.dataset.rows,
        preprocessing=start.preprocessing,
        recipe=Recipe(**chosen, seed=seed),
        state_file=folder / "state.pt",
        key=folder.name,
        progress=talk.progress,
    )
    for note in result.notes:
        talk.notice(note)
    if result.resumed_after:
        talk.notice(f"Training: {result.resumed_after} finished epochs of an earlier run were used.")
    return result


def _listed(file: Path, given: Input) -> tuple[str, ...]:
    """The ids of a file with one id a line, all of them train rows."""
    if not file.is_file():
        raise InputError(f"--held-out {file} is not a file. Pass a text file with one id of a train row a line.")
    ids = tuple(line for line in file.read_text(encoding="utf-8").splitlines() if line)
    rows = given.dataset.rows
    known = set(rows.ids[rows.mask("train")].tolist())
    strange = [name for name in ids if name not in known]
    if strange or not ids:
        came = f"{strange[0]!r} is none" if strange else "it is empty"
        raise InputError(f"{file.name} expected ids of train rows, one a line, but {came}. Pass the list of this data.")
    return ids


def _squares(given: Input, start: Backbone) -> Callable[[int], Any]:
    images = given.dataset.images
    if images is None:
        raise InputError("Training needs images, and the input holds stored embeddings. Pass a folder of images.")
    whole = replace(start.preprocessing, crop=start.preprocessing.resize)
    return lambda i: load_pixels(images.root / str(images.files[i]), whole)


def _save(path: Path, state: dict[str, Any], start: Backbone, given: Input) -> Path:
    from hindmost.training.checkpoint import save_checkpoint

    classes = given.dataset.rows.naming.classes
    save_checkpoint(path, state, architecture=start.name, classes=classes, preprocessing=start.preprocessing)
    return path


def _record(result: TrainingResult) -> dict[str, Any]:
    return {
        "recipe": asdict(result.recipe),
        "history": [asdict(epoch) for epoch in result.history],
        "best_epoch": result.best_epoch,
        "precision": result.precision,
        "threads": result.threads,
        "held_out": len(result.held_out),
    }


def _reading(given: Input, model: ModelOptions) -> dict[str, Any]:
    """How images reach the network; what the user left out is left to the checkpoint or the default."""
    chosen = {"preset": model.preset, "input_size": model.input_size}
    reading = {name: value for name, value in chosen.items() if value is not None}
    return {**reading, "longest_side": given.longest_side} if model.input_size is not None else reading


def _key(given: Input, start: Backbone, training: TrainOptions, seed: int) -> str:
    parts = [given.fingerprint, start.weights_hash, asdict(start.preprocessing), asdict(training), seed]
    return fingerprint.of_json(parts)[:32]
