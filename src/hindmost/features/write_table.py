"""The published store: features beside id, class, cue and split, as Parquet files that any tool reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.published import (
    CLUSTER,
    CONTENT,
    DATA,
    EARLY,
    FORMAT,
    HELD_OUT,
    LOGITS,
    META,
    PART,
    TWIN_OF,
    plain_head,
)
from hindmost.features.chunk import Chunk
from hindmost.features.columns import as_precision, list_column, list_field
from hindmost.features.made import Precision
from hindmost.features.shard_file import new_shard
from hindmost.features.shelf import PLAIN

ROWS = 2**17  # of a file, at least


def write_table(
    folder: Path,
    chunks: Iterable[Chunk],
    *,
    provenance: Mapping[str, Any],
    head: Head | None = None,
    data: Mapping[str, Any] | None = None,
    precision: Precision = "float32",
    part: int = ROWS,
) -> int:
    """Write chunks of rows as ``part-00000-SHA256.parquet`` and so on, one chunk in memory at a time.

    Parameters
    ----------
    folder : Path           made if need be
    chunks : iterable of Chunk    rows in order, with one naming and the same columns; ids must not repeat over all
                            chunks (within one, ``Rows`` sees to it)
    provenance : mapping    plain values, written into the schema
    head : Head or None     the network's own last layer, written into the schema
    data : mapping or None  of the images, plain values: ``name``, ``known_faults``, ``set_aside``, and ``rows``, how
                            many will be written, by which a reader knows that the last file is there
    precision : str         of X: "float32" or "float16"; logits are float32
    part : int              rows a file, at least: a file ends with the chunk that reaches it

    Returns
    -------
    int         rows written

    Raises
    ------
    InputError
        There are no rows, chunks differ in naming or columns, a value does not fit, or the disk cannot be written.
    """
    said = {**provenance} if head is None else {**provenance, "head": plain_head(head)}
    said |= {} if data is None else {DATA: dict(data)}
    tables = (_table(chunk, said, precision) for chunk in chunks)
    schema: pa.Schema | None = None
    total = 0
    for number, table in enumerate(tables):  # one turn a file: the rest of its tables is taken inside
        schema = schema or table.schema
        with new_shard(folder, f"{PART}-{number:05d}") as stream, pq.ParquetWriter(stream, schema, **PLAIN) as writer:
            total += _part(writer, chain([table], tables), schema, part)
    if not total:
        raise InputError(f"There are no rows to write to {folder}. Pass at least one chunk of features.")
    return total


def _part(writer: pq.ParquetWriter, tables: Iterable[pa.Table], schema: pa.Schema, part: int) -> int:
    """Write tables until there are enough rows; how many came."""
    rows = 0
    for table in tables:
        if not table.schema.equals(schema, check_metadata=True):
            raise InputError(
                f"A chunk has the columns {table.schema.names} or other names of classes and cues than the chunks "
                f"before it ({schema.names}). Write chunks of one dataset."
            )
        writer.write_table(table)
        rows += len(table)
        if rows >= part:
            break
    return rows


def _table(chunk: Chunk, provenance: Mapping[str, Any], precision: Precision) -> pa.Table:
    """One chunk: a column for each thing that is known."""
    features, rows = chunk.features, chunk.features.rows
    scalars = {
        "id": (rows.ids, pa.string()),
        CONTENT: (chunk.images, pa.string()),
        "y": (rows.y, pa.int32()),
        "cue": (rows.cue, pa.int32()),
        "split": (rows.split, pa.int8()),
        CLUSTER: (rows.cluster, pa.int64()),
        HELD_OUT: (chunk.held_out, pa.bool_()),
        TWIN_OF: (chunk.twin_of, pa.string()),
    }
    lists = {"X": as_precision(features.X, precision), LOGITS: features.logits, EARLY: features.early}
    known = {name: pair for name, pair in scalars.items() if pair[0] is not None}
    vectors = {name: array for name, array in lists.items() if array is not None}
    fields = [pa.field(name, kind, nullable=False) for name, (_, kind) in known.items()]
    fields += [list_field(name, array) for name, array in vectors.items()]
    columns = [pa.array(values, type=kind) for values, kind in known.values()]
    columns += [list_column(array) for array in vectors.values()]
    meta = {META: json.dumps({"format": FORMAT, "naming": asdict(rows.naming), **provenance}, sort_keys=True)}
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=meta))
