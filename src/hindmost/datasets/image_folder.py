"""A folder without a table: ``split/class/`` or ``split/class/cue/``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hindmost.core.dataset import Card, Dataset, Images
from hindmost.core.errors import InputError
from hindmost.core.rows import Naming, Rows
from hindmost.datasets.columns import listed
from hindmost.datasets.paths import check_inside
from hindmost.datasets.recognise import recognise
from hindmost.datasets.table import Table, strip
from hindmost.datasets.values import SPLIT_WORDS, encode, encode_splits

NO_CUE = "no cue labelled: groups are classes, and nothing can be said of a shortcut"


def read_image_folder(
    path: Path, *, metadata: Path | None = None, card: Card | None = None, cues: Sequence[str] = ()
) -> Dataset:
    """The rows that the folder names spell; no image is opened.

    Every file that is not hidden is a row. A ``split/class/`` folder has no cue: its one cue value is
    called "any", so that groups are classes.

    Parameters
    ----------
    path : Path
    metadata : None         a folder with a table is read by ``metadata_folder``
    card : Card, optional
    cues : sequence of str  at most one: the name of the cue level, which a folder cannot tell

    Raises
    ------
    InputError
        No split folders, an unknown split, or files at different depths.
    """
    files = _files(path, _split_folders(path))
    parts = [name.split("/") for name in files]
    depth = _depth(path, files)
    names = strip(files)
    check_inside(path, names, "file")
    table = Table(path.name, {"split": strip(p[0] for p in parts), "y": strip(p[1] for p in parts)})
    if depth == 2:
        rows, roles, faults = _without_cue(path, table, card, cues, names)
    else:
        cue = _cue_name(path, card, cues)
        table = Table(path.name, {**table.columns, cue: strip(p[2] for p in parts)})
        known = recognise(table, card, (cue,), other_ids=names)
        rows, faults = known.rows, known.faults
        roles = {"class": "second folder", "cue": f"third folder ({cue})", "split": "first folder"}
    none = np.full(len(names), "", dtype=np.str_)
    layout = "split/class/" if depth == 2 else "split/class/cue/"
    return Dataset(
        name=(card.name if card else "") or path.resolve().name,
        rows=rows,
        images=Images(path, names, none, none, np.zeros(len(names), dtype=np.bool_), none, none),
        recognised={"layout": f"image folder {layout}", "file": "folder entries", **roles},
        known_faults=(*(card.known_faults if card else ()), *faults),
    )


def _split_folders(path: Path) -> list[str]:
    folders = sorted(entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    splits = [name for name in folders if name.casefold() in SPLIT_WORDS]
    if not splits:
        raise InputError(
            f"{path} holds neither metadata.csv nor folders named train, val, test (folders: {listed(folders)}). "
            "Add a metadata.csv, name one with --metadata FILE, or sort images into split/class/cue/."
        )
    if unknown := [name for name in folders if name not in splits]:
        raise InputError(
            f"{path / unknown[0]} is not a split, expected train/val/test. Rename the folder, or move it away."
        )
    return splits


def _files(path: Path, splits: list[str]) -> list[str]:
    """Every visible file below the split folders, relative to ``path``, sorted."""
    found = []
    for split in splits:
        for entry in (path / split).rglob("*"):
            relative = entry.relative_to(path)
            if not entry.is_dir() and not any(part.startswith(".") for part in relative.parts):
                found.append(relative.as_posix())
    if not found:
        raise InputError(f"{path} holds no files below {', '.join(splits)}. Sort images into split/class/cue/.")
    return sorted(found)


def _depth(path: Path, files: list[str]) -> int:
    """2 for split/class/, 3 for split/class/cue/."""
    depths = {name.count("/"): name for name in reversed(files)}
    if len(depths) > 1 or not {*depths} <= {2, 3}:
        raise InputError(
            f"{path} holds files at different or wrong depths ({listed(list(depths.values()))}). "
            "Put every file into split/class/ or every file into split/class/cue/."
        )
    return next(iter(depths))


def _cue_name(path: Path, card: Card | None, cues: Sequence[str]) -> str:
    if len(cues) > 1:
        raise InputError(f"{path} has one cue level, but --cue came {len(cues)} times. Use a metadata.csv for several.")
    if cues and cues[0] not in ("y", "split"):
        return cues[0]
    return next(iter(card.cues)) if card and len(card.cues) == 1 else "cue"


def _without_cue(
    path: Path, table: Table, card: Card | None, cues: Sequence[str], names: np.ndarray
) -> tuple[Rows, dict[str, str], tuple[str, ...]]:
    if cues:
        raise InputError(
            f"{path} is split/class/ and has no cue level for --cue {cues[0]}. "
            "Sort the images into split/class/cue/, or write a metadata.csv with that column."
        )
    classes = encode("class folder", table.columns["y"], card.classes if card else {}, prefix="y")
    split = encode_splits("split folder", table.columns["split"])
    cue = np.zeros(len(names), dtype=np.int64)
    rows = Rows(names, classes.ids, cue, split, Naming(classes.names, ("any",), (), classes.named))
    return rows, {"class": "second folder", "cue": "none", "split": "first folder"}, (NO_CUE,)
