"""A folder of images with a table: the Waterbirds and WILDS layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hindmost.core.dataset import Card, Dataset, Images, StrArray
from hindmost.core.errors import InputError
from hindmost.datasets import columns
from hindmost.datasets.paths import check_inside
from hindmost.datasets.recognise import recognise
from hindmost.datasets.table import Table, read_csv
from hindmost.datasets.values import check_filled, encode_flags

TABLE = "metadata.csv"


def read_metadata_folder(
    path: Path, *, metadata: Path | None = None, card: Card | None = None, cues: Sequence[str] = ()
) -> Dataset:
    """The rows and file names of a folder; no image is opened.

    Parameters
    ----------
    path : Path                 the folder that file names are relative to
    metadata : Path, optional   the table; relative to the working folder, else to ``path``
    card : Card, optional
    cues : sequence of str      cue columns; empty: the card or the ranked names decide

    Raises
    ------
    InputError
        Table or column missing, a value not understood, or a path that leaves the folder.
    """
    table = read_csv(find_table(path, metadata))
    file_column = columns.require(table, columns.FILE, "file")
    files = table.columns[file_column]
    check_filled(file_column, files)
    known = recognise(table, card, cues, other_ids=files)
    images, roles = _images(path, table, file_column, card)
    return Dataset(
        name=(card.name if card else "") or path.resolve().name,
        rows=known.rows,
        images=images,
        twin_of=known.twin_of,
        held_out=known.held_out,
        recognised={
            "layout": "folder with a table",
            "table": table.source,
            "file": file_column,
            **known.roles,
            **roles,
        },
        known_faults=(*(card.known_faults if card else ()), *known.faults),
    )


def find_table(path: Path, metadata: Path | None) -> Path:
    """The table: ``path/metadata.csv``, or the file that was named.

    Raises
    ------
    InputError
        The named file does not exist.
    """
    if metadata is None:
        return path / TABLE
    for candidate in (metadata, path / metadata):
        if candidate.is_file():
            return candidate
    raise InputError(f"--metadata {metadata} does not exist, neither here nor in {path}. Name an existing CSV file.")


def _images(path: Path, table: Table, file_column: str, card: Card | None) -> tuple[Images, dict[str, str]]:
    roles = {
        role: name
        for role, ranks in {
            "core mask": columns.CORE_MASK,
            "cue mask": columns.CUE_MASK,
            "poor mask": columns.POOR_MASK,
            "twin": columns.TWIN,
            "control": columns.CONTROL,
        }.items()
        if (name := columns.find(table.names, ranks, role))
    }
    images = Images(
        root=path,
        files=_names(path, table, file_column),
        core_masks=_names(path, table, roles.get("core mask")),
        cue_masks=_names(path, table, roles.get("cue mask")),
        poor_mask=_flags(table, roles.get("poor mask")),
        twins=_names(path, table, roles.get("twin")),
        controls=_names(path, table, roles.get("control")),
        cue_outside_core=card is not None and card.cue_outside_core,
    )
    return images, roles


def _names(path: Path, table: Table, column: str | None) -> StrArray:
    if column is None:
        return np.full(len(table), "", dtype=np.str_)
    check_inside(path, table.columns[column], column)
    return table.columns[column]


def _flags(table: Table, column: str | None) -> np.ndarray:
    return np.zeros(len(table), dtype=np.bool_) if column is None else encode_flags(column, table.columns[column])
