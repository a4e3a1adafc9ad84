"""Verb: the embedded default, from generated photographs to a decision."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hindmost.core import fingerprint
from hindmost.core.audit import Audit
from hindmost.core.errors import InputError
from hindmost.datasets.bluebox import generate
from hindmost.pipeline.audit import audit
from hindmost.pipeline.options import SILENT, AuditOptions, ModelOptions, Talk, TrainOptions, cache_folder

RECIPE = 2  # raise when the pictures of the same knobs change
SIZE = 128
TRAINING = TrainOptions(epochs=3)


@dataclass(frozen=True)
class DemoOptions:
    """The knobs of bluebox, and what the audit may be told.

    Parameters
    ----------
    correlation : float in [0.5, 1]     share of train rows where the cue goes with its class
    defect_contrast : float             how visible the defect is
                                        (both None: the data set's own default)
    entangled : bool                    the cue overlays the defect's own appearance
    policy : Path or None
    seed : int
    runs : int                          networks to train, with seeds from ``seed`` on
    """

    correlation: float | None = None
    defect_contrast: float | None = None
    entangled: bool = False
    policy: Path | None = None
    seed: int = 0
    runs: int = 1


DEFAULTS = DemoOptions()


def demo(out: Path, options: DemoOptions = DEFAULTS, *, talk: Talk = SILENT) -> Audit:
    """Generate bluebox (once per choice of knobs), train on it, audit it, and write the results to ``out``.

    Raises
    ------
    InputError
        A knob is out of its range; nothing is written.
    """
    folder = photographs(options, talk)
    chosen = AuditOptions(
        model=ModelOptions(input_size=SIZE),
        training=TRAINING,
        policy=options.policy,
        seed=options.seed,
        runs=options.runs,
    )
    return audit(folder, out, chosen, talk=talk)


def photographs(options: DemoOptions, talk: Talk) -> Path:
    """The folder of bluebox with these knobs, generated where it is not there yet."""
    asked = {name: getattr(options, name) for name in ("correlation", "defect_contrast", "entangled", "seed")}
    knobs: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    folder = cache_folder() / "bluebox" / fingerprint.of_json({**knobs, "size": SIZE, "recipe": RECIPE})[:16]
    if not (folder / "metadata.csv").is_file():
        try:
            generate(folder, **knobs, size=SIZE, progress=talk.progress)
        except OSError as error:
            raise InputError(
                f"The photographs cannot be written to {folder}: {error.strerror or error}. "
                "Free some space, or set HINDMOST_CACHE to a folder that you may write to."
            ) from error
    talk.notice(f"Photographs: {folder}")
    return folder
