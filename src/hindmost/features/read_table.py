"""Reading the published store, chunk by chunk in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.published import (
    CLUSTER,
    CONTENT,
    EARLY,
    FORMAT,
    HELD_OUT,
    LOGITS,
    META,
    OURS,
    PART,
    TWIN_OF,
    head_of_plain,
    naming_of_plain,
)
from hindmost.core.rows import Naming, Rows, Split
from hindmost.features.chunk import Chunk
from hindmost.features.columns import list_values
from hindmost.features.shard_file import intact, shards

CHUNK = 16_384


@dataclass(frozen=True)
class FeatureTable:
    """A folder that ``write_table`` filled.

    Parameters
    ----------
    files : tuple of Path       in row order
    naming : Naming
    provenance : dict           what made the features
    n : int                     rows in all
    head : Head or None         the network's own last layer
    """

    files: tuple[Path, ...]
    naming: Naming
    provenance: dict[str, Any]
    n: int
    head: Head | None = None

    def __len__(self) -> int:
        return self.n

    def chunks(self, split: Split | None = None, *, size: int = CHUNK) -> Iterator[Chunk]:
        """Rows in order, at most ``size`` at a time; of one split, or all. A chunk without such rows is left out."""
        for file in self.files:
            for batch in pq.ParquetFile(file, pre_buffer=False).iter_batches(batch_size=size):
                chunk = self._chunk(batch)
                found = chunk if split is None else chunk.of(split)
                if len(found):
                    yield found

    def check(self) -> None:
        """Compare every file with the SHA-256 in its name.

        Raises
        ------
        InputError
            Names the first file that is damaged.
        """
        for file in self.files:
            if not intact(file):
                raise InputError(f"{file} is damaged: its bytes are not those that it was written with. Extract again.")

    def _chunk(self, batch: pa.RecordBatch) -> Chunk:
        integers = {name: _integers(batch, name) for name in ("y", "cue", "split")}
        cluster = _integers(batch, CLUSTER) if CLUSTER in batch.schema.names else None
        rows = Rows(_text(batch, "id"), **integers, naming=self.naming, cluster=cluster)
        X, logits, early = (_lists(batch, name) for name in ("X", LOGITS, EARLY))
        assert X is not None
        held_out = None
        if HELD_OUT in batch.schema.names:
            held_out = np.asarray(batch.column(HELD_OUT).to_numpy(zero_copy_only=False), dtype=np.bool_)
        images, twin_of = (_text(batch, name) if name in batch.schema.names else None for name in (CONTENT, TWIN_OF))
        return Chunk(Features(rows, X, logits, self.provenance, early), images, held_out, twin_of)


def read_table(folder: Path) -> FeatureTable:
    """Open a published store; only the schemas are read.

    Raises
    ------
    InputError
        The folder holds no such files, or files of several stores.
    """
    files = shards(folder, PART)
    if not files:
        raise InputError(f"{folder} holds no part-*.parquet files. Pass a folder that hindmost features wrote.")
    opened = [_opened(file) for file in files]
    meta = [json.loads((parquet.schema_arrow.metadata or {}).get(META, b"{}")) for parquet in opened]
    if any(given != meta[0] for given in meta) or meta[0].get("format") != FORMAT:
        raise InputError(
            f"The files of {folder} were not written by one run of this version (format {FORMAT}). Extract again."
        )
    numbers = [file.name.split("-")[1] for file in files]
    if numbers != [f"{number:05d}" for number in range(len(files))]:
        raise InputError(
            f"{folder} holds the parts {', '.join(numbers)}: one is missing or there twice. Extract again."
        )
    return FeatureTable(
        tuple(files),
        naming_of_plain(meta[0]["naming"]),
        {name: value for name, value in meta[0].items() if name not in OURS},
        sum(parquet.metadata.num_rows for parquet in opened),
        head_of_plain(meta[0]["head"]) if "head" in meta[0] else None,
    )


def _opened(file: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file} is not a readable Parquet file ({error}). Extract again.") from error


def _integers(batch: pa.RecordBatch, name: str) -> NDArray[np.int64]:
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False), dtype=np.int64)


def _text(batch: pa.RecordBatch, name: str) -> NDArray[np.str_]:
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False), dtype=np.str_)


def _lists(batch: pa.RecordBatch, name: str) -> NDArray[np.float32] | None:
    if name not in batch.schema.names:
        return None
    return np.asarray(list_values(batch.column(name), batch.schema.field(name)), dtype=np.float32)
