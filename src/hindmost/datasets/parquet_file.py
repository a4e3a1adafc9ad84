"""Embeddings in a ``.parquet``: one list column or numbered columns, beside the table's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.datasets.columns import find, listed
from hindmost.datasets.stored import FEATURES, LOGITS, Stored
from hindmost.datasets.table import Table, check_names, text_of_values

NUMBERED = re.compile(r"(f|feature_?)(\d+)", re.IGNORECASE)
NAMED = re.compile(r"feature_(.+)", re.IGNORECASE)
NUMBERED_LOGITS = re.compile(r"(logits?_?)(\d+)", re.IGNORECASE)


def read_parquet(path: Path) -> Stored:
    """Features, logits and table of one file.

    Features are one list column ``X``, ``features`` or ``embedding``, else the columns ``f0, f1, ...`` or
    ``feature_0, ...`` in the order of their numbers, else ``feature_*`` in the file's order.

    Raises
    ------
    InputError
        The file is broken, has no features, or a list has another length than the others.
    """
    table = _open(path)
    feature_columns = _feature_columns(path, table)
    logit_columns = _logit_columns(table)
    features = _stack(path, table, feature_columns)
    logits = _stack(path, table, logit_columns) if logit_columns else None
    roles = {"features": _span(feature_columns)} | ({"logits": _span(logit_columns)} if logit_columns else {})
    return Stored(features, logits, _table(path, table, {*feature_columns, *logit_columns}), roles)


def read_parquet_table(path: Path) -> Table:
    """Every scalar column of a file as text.

    Raises
    ------
    InputError
        The file is missing or broken.
    """
    return _table(path, _open(path), set())


def _open(path: Path) -> pa.Table:
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is not a readable .parquet file ({error}). Write it again.") from error
    check_names(path.name, table.column_names)
    if not table.num_rows:
        raise InputError(f"{path} holds no rows. Expected one line per image.")
    return table


def _table(path: Path, table: pa.Table, taken: set[str]) -> Table:
    scalar = [name for name in table.column_names if name not in taken and not pa.types.is_nested(table[name].type)]
    return Table(path.name, {name: text_of_values(table[name].to_pylist()) for name in scalar})


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _feature_columns(path: Path, table: pa.Table) -> list[str]:
    lists = [name for name in table.column_names if _is_list(table[name].type)]
    if found := find(lists, FEATURES, "features"):
        return [found]
    numbers = [name for name in table.column_names if _is_number(table[name].type)]
    columns = _numbered(path, numbers, NUMBERED) or [name for name in numbers if NAMED.fullmatch(name)]
    if not columns:
        raise InputError(
            f"{path} has no features: its columns are {listed(table.column_names)}. "
            "Store them as one list column X, or as columns f0, f1, ..."
        )
    return columns


def _logit_columns(table: pa.Table) -> list[str]:
    lists = [name for name in table.column_names if _is_list(table[name].type)]
    if found := find(lists, LOGITS, "logits"):
        return [found]
    numbers = [name for name in table.column_names if _is_number(table[name].type)]
    return _numbered(Path(), numbers, NUMBERED_LOGITS)


def _numbered(path: Path, names: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    """Columns that end in a number, in the order of the numbers."""
    matches = [match for name in names if (match := pattern.fullmatch(name))]
    stems = sorted({match.group(1) for match in matches})
    if len(stems) > 1:
        raise InputError(f"{path} has features under two names: {listed(stems)}. Keep one kind of column.")
    return [match.string for match in sorted(matches, key=lambda match: int(match.group(2)))]


def _stack(path: Path, table: pa.Table, columns: list[str]) -> NDArray[np.generic]:
    if not _is_list(table[columns[0]].type):
        return np.stack([table[name].to_numpy() for name in columns], axis=1)
    column = table[columns[0]].combine_chunks()
    lengths = np.array(pc.list_value_length(column).to_pylist(), dtype=np.float64)
    if len(np.unique(lengths)) != 1 or np.isnan(lengths).any():
        raise InputError(
            f"{path}: {columns[0]} holds lists of different lengths. Store the same number of values in every row."
        )
    flat = column.flatten()
    values: NDArray[np.generic] = flat.to_numpy(zero_copy_only=False)
    return values.reshape(len(column), -1)


def _span(columns: list[str]) -> str:
    return columns[0] if len(columns) == 1 else f"{columns[0]} .. {columns[-1]}"
