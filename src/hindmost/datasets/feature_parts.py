"""The Parquet files of a published table: whole, of one run, none missing; and their columns as arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hindmost.core import fingerprint, published
from hindmost.core.errors import InputError

BATCH = 16_384  # rows read at a time
WHOLE = ("y", "cue", "split", published.CLUSTER)
LISTS = ("X", published.LOGITS, published.EARLY)
AGAIN = "Copy the folder again, or write it again with hindmost features."


@dataclass(frozen=True)
class Parts:
    """The files of one table, their common schema and what it says."""

    files: tuple[Path, ...]
    schema: pa.Schema
    meta: dict[str, Any]
    n: int


def parts_of(folder: Path) -> list[Path]:
    """The files of a published table, in row order; none where the folder holds no such table."""
    return sorted(folder.glob(f"{published.PART}-*.parquet"))


def opened(folder: Path) -> Parts:
    """The files of a table and what their schemas say.

    Raises
    ------
    InputError
        A file is damaged, missing, there twice, or of another run.
    """
    files = parts_of(folder)
    numbers = [file.name.split("-")[1] for file in files]
    if numbers != [f"{number:05d}" for number in range(len(files))]:
        raise InputError(f"{folder} holds the parts {', '.join(numbers)}: one is missing or there twice. {AGAIN}")
    found = [_schema(file) for file in files]
    meta = [json.loads((schema.metadata or {}).get(published.META, b"{}")) for schema, _ in found]
    if any(one != meta[0] for one in meta) or meta[0].get("format") != published.FORMAT:
        raise InputError(
            f"The files of {folder} were not written by one run of this version (format {published.FORMAT}). {AGAIN}"
        )
    n = sum(rows for _, rows in found)
    expected = meta[0].get(published.DATA, {}).get("rows", n)
    if n != expected:
        raise InputError(f"{folder} holds {n} rows, {expected} were written: its last part is missing. {AGAIN}")
    return Parts(tuple(files), found[0][0], meta[0], n)


def _schema(file: Path) -> tuple[pa.Schema, int]:
    try:
        if fingerprint.of_file(file) != file.stem.rpartition("-")[2]:
            raise InputError(f"{file} is damaged: its bytes are not those that it was written with. {AGAIN}")
        with pq.ParquetFile(file) as parquet:
            return parquet.schema_arrow, parquet.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file} cannot be read ({error}). {AGAIN}") from error


def columns_of(parts: Parts) -> dict[str, NDArray[Any]]:
    """Every column that a dataset needs; vectors are float32, filled in as they are read and never held twice."""
    known = set(parts.schema.names)
    wanted = [name for name in ("id", *WHOLE, published.HELD_OUT, published.TWIN_OF, *LISTS) if name in known]
    vectors = {name: np.empty((parts.n, _width(parts.schema, name)), np.float32) for name in LISTS if name in known}
    scalars: dict[str, list[NDArray[Any]]] = {name: [] for name in wanted if name not in vectors}
    start = 0
    for batch in _batches(parts, wanted):
        for name, whole in vectors.items():
            flat = batch.column(name).flatten().to_numpy(zero_copy_only=False)
            whole[start : start + len(batch)] = flat.reshape(len(batch), -1)
        for name, pieces in scalars.items():
            pieces.append(_scalar(name, batch))
        start += len(batch)
    return vectors | {name: np.concatenate(pieces) for name, pieces in scalars.items()}


def _batches(parts: Parts, wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for file in parts.files:
        with pq.ParquetFile(file, pre_buffer=False) as parquet:
            yield from parquet.iter_batches(batch_size=BATCH, columns=list(wanted))


def _scalar(name: str, batch: pa.RecordBatch) -> NDArray[Any]:
    kind = np.int64 if name in WHOLE else np.bool_ if name == published.HELD_OUT else np.str_
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False), dtype=kind)


def _width(schema: pa.Schema, name: str) -> int:
    return int(schema.field(name).type.list_size)
