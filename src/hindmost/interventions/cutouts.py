"""Any objects with masks, and any backgrounds, read from folders."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from hindmost.core.errors import InputError
from hindmost.core.rows import SPLITS
from hindmost.interventions.compose import Cutout
from hindmost.interventions.waterbirds import PICTURES

TABLE = "metadata.csv"
FILES = ("img_filename", "filename", "path", "image")
CLASSES = ("y", "label", "target")
SPLIT_NAMES = {"train": 0, "tr": 0, "val": 1, "va": 1, "test": 2, "te": 2, **{str(i): i for i in range(len(SPLITS))}}


def read_cutouts(folder: Path) -> tuple[list[Cutout], tuple[str, ...], int]:
    """Rows of ``folder/metadata.csv`` that name a mask.

    The table has the columns img_filename (or filename, path, image), y (or label, target), split and
    mask_filename, as an input of an audit does; a cue is not needed, and one that is there is not read.

    Returns
    -------
    cutouts : list of Cutout
    classes : tuple of str      what the table says of each class, in class order: numbers by value, texts by name
    without : int               rows without a mask, left out

    Raises
    ------
    InputError
        A column is missing, a split is unknown, or no row names a mask.
    """
    table = folder / TABLE
    with table.open(newline="", encoding="utf-8-sig") as stream:
        lines = list(csv.DictReader(stream))
    file, label = _column(table, lines, FILES), _column(table, lines, CLASSES)
    split, mask = _column(table, lines, ("split",)), _column(table, lines, ("mask_filename",))
    usable = [line for line in lines if (line[mask] or "").strip()]
    if not usable:
        raise InputError(f"No row of {table} names a mask in {mask}. Name a mask for every object to cut out.")
    classes = sorted({line[label].strip() for line in usable}, key=_numbers_first)
    cutouts = [
        Cutout(
            name=line[file].strip().removeprefix("images/"),
            image=folder / line[file].strip(),
            mask=folder / line[mask].strip(),
            y=classes.index(line[label].strip()),
            split=_split(table, line[split]),
        )
        for line in usable
    ]
    return cutouts, tuple(classes), len(lines) - len(usable)


def read_backgrounds(folder: Path, names: Sequence[str] = ()) -> dict[str, list[Path]]:
    """Photographs of each sub-folder, in the order of their names; the k-th sub-folder goes with class k.

    Parameters
    ----------
    folder : Path
    names : sequence of str     sub-folders, in the order of the classes; empty: all of them, by name

    Raises
    ------
    InputError
        There are fewer than two sub-folders, or one holds no photograph.
    """
    there = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    chosen = list(names) or there
    if len(set(chosen)) < 2 or len(set(chosen)) < len(chosen) or not set(chosen) <= set(there):
        raise InputError(
            f"Backgrounds need two or more different sub-folders of {folder}, one for each kind; asked for "
            f"{', '.join(chosen) or 'none'}, found {', '.join(there) or 'none'}. Name them with --background."
        )
    found = {name: sorted(p for p in (folder / name).iterdir() if p.suffix.lower() in PICTURES) for name in chosen}
    empty = [name for name, files in found.items() if not files]
    if empty:
        raise InputError(f"{folder / empty[0]} holds no {', '.join(PICTURES)}. Put photographs of that kind there.")
    return found


def _column(table: Path, lines: Sequence[Mapping[str, str]], names: Sequence[str]) -> str:
    columns = list(lines[0]) if lines else []
    found = next((name for name in names if name in columns), None)
    if found is None:
        raise InputError(
            f"{table} has no column {' or '.join(names)}; its columns are {', '.join(columns) or 'none'}. Add it."
        )
    return found


def _split(table: Path, text: str) -> int:
    if text.strip().lower() not in SPLIT_NAMES:
        raise InputError(f"{table} has the split {text!r}; expected {', '.join(SPLIT_NAMES)}. Correct it.")
    return SPLIT_NAMES[text.strip().lower()]


def _numbers_first(text: str) -> tuple[bool, float, str]:
    try:
        return False, float(text), text
    except ValueError:
        return True, 0.0, text
