"""What a user may choose, grouped by what it is about."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from platformdirs import user_cache_path

from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent

MOST_RUNS = 100
MOST_BAD = 0.01  # share of a split's images that may be set aside
EngineName = Literal["local", "ray"]
MOST_PIXELS = 89_478_485  # of one image, Pillow's own default


@dataclass(frozen=True)
class DataOptions:
    """How the input is read: another metadata file, a card, the columns of the cue, how many images may be bad.

    ``most_bad`` is the share of a split that may be set aside, one row at least; 0: none. ``cue_colour`` names a
    rule of ``interventions.colour_rule.RULES`` that finds the cue in images without a cue mask. An image of more than
    ``most_pixels`` is set aside as a decompression bomb.
    """

    metadata: Path | None = None
    card: Path | None = None
    cues: tuple[str, ...] = ()
    most_bad: float = MOST_BAD
    cue_colour: str | None = None
    most_pixels: int = MOST_PIXELS

    def __post_init__(self) -> None:
        if not 0 <= self.most_bad < 1:
            raise InputError(f"--most-bad must lie in 0..1, but {self.most_bad} came. It is a share of a split.")
        if self.most_pixels < 1:
            raise InputError(f"--most-pixels must be 1 or more, but {self.most_pixels} came. It is a number of pixels.")


@dataclass(frozen=True)
class ModelOptions:
    """Which network: an architecture by name, a checkpoint of it, and how images reach it.

    Parameters
    ----------
    backbone : str or None      timm name; None: the checkpoint's own, else tf_efficientnet_lite0
    checkpoint : Path or None   weights; None: the network is fine-tuned on the train split
    preset : "squash", "timm" or None   preprocessing: the published group-robustness protocol, or timm's own;
                                None: what hindmost's own checkpoint says, else "squash"
    input_size : int or None    side of the square that the network reads; None: the architecture's own
    early : Path or None        weights of the checkpoint's network early in its training, for ``self``
    held_out : Path or None     ids of train rows that the checkpoint's training did not see, one a line
    runtime : str               "auto" (the fastest that is installed, measured once per cache), "torch" or "openvino"
    dtype : "float32" or "bfloat16"     bfloat16 is a declared choice: what it changes is measured and recorded
    """

    backbone: str | None = None
    checkpoint: Path | None = None
    preset: str | None = None
    input_size: int | None = None
    early: Path | None = None
    held_out: Path | None = None
    runtime: str = "auto"
    dtype: Literal["float32", "bfloat16"] = "float32"


@dataclass(frozen=True)
class TrainOptions:
    """How the network is fine-tuned where no checkpoint is given; None means the recipe's default.

    Parameters
    ----------
    epochs : int or None
    lr : float or None
    criterion : "mean", "worst_class" or "worst_group"    the validation number that chooses the epoch
    hold_out : float in [0, 1)      share of each group's train rows that training does not see
    keep_early : bool               keep the weights after the first epoch as well
    """

    epochs: int | None = None
    lr: float | None = None
    criterion: str = "mean"
    hold_out: float = 0.0
    keep_early: bool = False


@dataclass(frozen=True)
class EngineOptions:
    """Where the work runs: in this process, or on a Ray cluster. The results are the same.

    Parameters
    ----------
    engine : "local" or "ray"
    address : str or None   "auto" or "HOST:PORT": a cluster that runs already; "local" or None: one on this machine,
                            started for this run
    workers : int or None   processes that hold the network; None: as many as the processors allow
    threads : int or None   of each worker and of each task; None: 1

    Raises
    ------
    InputError
        The engine has another name, a number is below 1, or options of a cluster came for this process.
    """

    engine: EngineName = "local"
    address: str | None = None
    workers: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.engine not in get_args(EngineName):
            raise InputError(f"--engine must be local or ray, but {self.engine!r} came.")
        given = {"--ray-address": self.address, "--workers": self.workers, "--threads": self.threads}
        flags = [flag for flag, value in given.items() if value is not None]
        if flags and self.engine == "local":
            raise InputError(
                f"{', '.join(flags)}: only --engine ray has a cluster. Add --engine ray, or leave out {flags[0]}."
            )
        for flag, value in (("--workers", self.workers), ("--threads", self.threads)):
            if value is not None and value < 1:
                raise InputError(f"{flag} must be at least 1, but {value} came.")


@dataclass(frozen=True)
class AuditOptions:
    """Everything that an audit may be told; the defaults are those of the command."""

    data: DataOptions = field(default_factory=DataOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    training: TrainOptions = field(default_factory=TrainOptions)
    heads: tuple[str, ...] = ("erm", "threshold", "dfr")
    policy: Path | None = None
    seed: int = 0
    images: bool = True
    engine: EngineOptions = field(default_factory=EngineOptions)
    runs: int = 1  # networks to train, with seeds seed, seed + 1, ...; the first is shown
    more_checkpoints: tuple[Path, ...] = ()  # other networks of the same training, beside model.checkpoint

    def __post_init__(self) -> None:
        if not 1 <= self.runs <= MOST_RUNS:
            raise InputError(f"--runs must lie in 1..{MOST_RUNS}, but {self.runs} came.")
        if self.seed < 0 or self.seed + self.runs > 2**32:
            raise InputError(f"seeds must lie in 0..4294967295, but {self.seed} and {self.runs} runs came.")


DATA, MODEL, TRAINING, AUDIT = DataOptions(), ModelOptions(), TrainOptions(), AuditOptions()
ENGINE = EngineOptions()


@dataclass(frozen=True)
class Talk:
    """Who hears about the work: ``progress`` hears how far it is, ``notice`` hears sentences."""

    progress: Progress = silent
    notice: Callable[[str], None] = lambda sentence: None


SILENT = Talk()


def cache_folder() -> Path:
    """Where resumable state lives: ``HINDMOST_CACHE``, else the user's cache folder."""
    named = os.environ.get("HINDMOST_CACHE")
    return Path(named) if named else user_cache_path("hindmost", appauthor=False)
