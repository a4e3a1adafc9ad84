"""Writes bluebox as a folder: pictures, masks, twins, controls, metadata.csv and card.yaml."""

import csv
import os
import shutil
import tempfile
from pathlib import Path

from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.datasets.bluebox.card import card_text
from hindmost.datasets.bluebox.files import FOLDERS, write_rows
from hindmost.datasets.bluebox.knobs import Knobs, check_whole
from hindmost.datasets.bluebox.plan import plan
from hindmost.datasets.bluebox.workers import spread

CHUNK = 32  # rows a worker takes at a time


def generate(
    out: Path,
    *,
    correlation: float = 0.98,
    defect_contrast: float = 0.42,
    entangled: bool = False,
    seed: int = 0,
    train: int = 900,
    val_per_group: int = 200,
    test_per_group: int = 520,
    size: int = 128,
    workers: int = 2,
    progress: Progress = silent,
) -> Path:
    """Generate bluebox into a new folder.

    Parameters
    ----------
    out : Path      folder to create; it must not exist, or be empty
    correlation, defect_contrast, entangled, seed, train, val_per_group, test_per_group, size
        The knobs, with ranges and meaning in :class:`~.knobs.Knobs`.
    workers : int >= 1    processes that render; they do not change a byte of the result
    progress : Progress   hears about the stage "generate", in rows

    Returns
    -------
    Path        ``out``

    Raises
    ------
    InputError
        A knob is out of its range, or ``out`` is taken. Nothing is written then.

    Examples
    --------
    >>> folder = generate(Path("bluebox"), seed=1)  # doctest: +SKIP
    """
    knobs = Knobs(
        correlation=correlation,
        defect_contrast=defect_contrast,
        entangled=entangled,
        seed=seed,
        train=train,
        val_per_group=val_per_group,
        test_per_group=test_per_group,
        size=size,
    )
    check_whole("workers", workers, 1)
    out = Path(out)
    check_free(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        fill_folder(draft, knobs, workers, progress)
        draft.chmod(0o755)  # mkdtemp makes it private
        os.replace(draft, out)
    except BaseException:  # also Ctrl-C: nothing half-written stays behind
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return out


def check_free(out: Path) -> None:
    """Raise InputError unless ``out`` can be created or is an empty folder."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(
            f"bluebox needs a new or empty folder, but {out} already holds something. "
            "Pass another folder, or remove this one first."
        )


def fill_folder(folder: Path, knobs: Knobs, workers: int, progress: Progress) -> None:
    """All files of the data set, into an existing empty folder."""
    for name in FOLDERS:
        (folder / name).mkdir()
    rows = plan(knobs)
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    progress("generate", 0, len(rows))
    records: list[dict[str, str]] = []
    for part in spread(write_rows, [(folder, chunk, knobs) for chunk in chunks], workers):
        records += part
        progress("generate", len(records), len(rows))
    with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as sheet:
        writer = csv.DictWriter(sheet, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    (folder / "card.yaml").write_text(card_text(knobs), encoding="utf-8")
