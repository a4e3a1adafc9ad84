"""The rows of one ``Made``: checked Parquet shards in one folder, found by the content of their images."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hindmost.core.errors import InputError
from hindmost.core.published import CONTENT, META
from hindmost.core.rows import IntArray
from hindmost.features.columns import Array, list_column, list_field, list_values
from hindmost.features.digests import Digests, digests, hex_names
from hindmost.features.index import Index, indexed
from hindmost.features.shard_file import intact, new_shard, shards, sweep

Kind = Literal["rows", "maps"]
Arrays = dict[str, Array]

PLAIN = {"compression": "none", "use_dictionary": False, "write_statistics": False}  # numbers of a network do not pack


class Shelf:
    """Shards under one folder.

    Parameters
    ----------
    folder : Path                   made when the first shard is written
    provenance : mapping            plain values, written into the schema of every shard
    notes : list of str             what was found damaged, for the report; appended to
    batch, precision                see ``Made``

    Notes
    -----
    A shard appears by rename under a name made of its bytes, so it is whole or absent, and a later damage is
    noticed. Two processes that fill one shelf at once do some work twice; rows that both wrote are equal.
    """

    def __init__(
        self, folder: Path, provenance: Mapping[str, Any], notes: list[str], *, batch: int, precision: str = "float32"
    ) -> None:
        self.folder, self.provenance, self.notes = folder, dict(provenance), notes
        self.batch, self.precision = batch, precision
        self._checked: dict[Path, Digests] = {}
        sweep(folder)

    def index(self, kind: Kind) -> Index:
        """What is kept, each file checked against its name once; a damaged one is dropped with a note."""
        files = [path for path in shards(self.folder, kind) if path in self._checked or self._check(path)]
        return indexed(files, [self._checked[path] for path in files])

    def add(self, kind: Kind, contents: Digests, arrays: Arrays) -> None:
        """Keep arrays (n, ...) of n rows as one shard.

        Raises
        ------
        InputError
            The disk is full or cannot be written.
        """
        fields = [pa.field(CONTENT, pa.string(), nullable=False)]
        fields += [list_field(name, array) for name, array in arrays.items()]
        meta = {META: json.dumps({"kind": kind, **self.provenance}, sort_keys=True)}
        columns = [pa.array(hex_names(contents)), *[list_column(array) for array in arrays.values()]]
        table = pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=meta))
        with new_shard(self.folder, kind) as stream:
            pq.write_table(table, stream, **PLAIN)

    def read(self, index: Index, places: IntArray) -> Iterator[tuple[IntArray, Arrays]]:
        """The arrays of some entries of an index, file by file.

        Yields
        ------
        where : int array, shape (m,)    positions in ``places`` that this file answers
        arrays : dict of arrays (m, ...)

        Raises
        ------
        InputError
            A file went away since the index was made.
        """
        file = index.file[places]
        order = np.argsort(file, kind="stable")
        for where in np.split(order, np.flatnonzero(np.diff(file[order])) + 1):
            if where.size:
                rows = index.row[places[where]]
                arrays = _arrays(index.files[int(file[where[0]])])
                yield where, {name: array[rows] for name, array in arrays.items()}

    def _check(self, path: Path) -> bool:
        """True where a file is whole; one that is not is dropped."""
        if not intact(path):
            self.notes.append(
                f"A damaged shard of the feature cache was dropped, its rows are computed again: "
                f"{self.folder.name[:12]}/{path.name[:17]}."
            )
            path.unlink(missing_ok=True)
            return False
        names = pq.read_table(path, columns=[CONTENT]).column(0)
        self._checked[path] = digests(np.asarray(names.to_numpy(), dtype=np.str_))
        return True


def _arrays(path: Path) -> Arrays:
    try:
        table = pq.read_table(path).combine_chunks()
    except FileNotFoundError as error:
        raise InputError(f"{path} went away while it was read. Run again: its rows are computed again.") from error
    chunks = {field: table.column(field.name).chunk(0) for field in table.schema if field.name != CONTENT}
    return {field.name: list_values(chunk, field) for field, chunk in chunks.items()}
