"""Embeddings in a ``.npy`` with a table of the same stem beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hindmost.core.errors import InputError
from hindmost.datasets.parquet_file import read_parquet_table
from hindmost.datasets.stored import Stored
from hindmost.datasets.table import read_csv

TABLES = (".csv", ".parquet")


def read_npy(path: Path, metadata: Path | None = None) -> Stored:
    """Features from ``stem.npy``, the table from ``stem.csv``, ``stem.parquet`` or ``metadata``.

    Raises
    ------
    InputError
        The array is broken or holds pickled objects, or there is no table, or there are two.
    """
    table_path = metadata or _beside(path)
    table = read_csv(table_path) if table_path.suffix.lower() == ".csv" else read_parquet_table(table_path)
    try:
        with path.open("rb") as stream:
            features = np.load(stream, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        if "allow_pickle" in str(error) or "Object arrays" in str(error):
            raise InputError(
                f"{path} holds pickled objects, which can run code and are refused. Store numbers."
            ) from error
        raise InputError(f"{path} is not a readable .npy file ({error}). Write it again with numpy.save.") from error
    if not isinstance(features, np.ndarray):
        raise InputError(f"{path} is an archive of arrays. Name it .npz.")
    return Stored(features, None, table, {"features": path.name})


def _beside(path: Path) -> Path:
    found = [path.with_suffix(suffix) for suffix in TABLES if path.with_suffix(suffix).is_file()]
    if len(found) != 1:
        came = "both are" if found else "neither is"
        raise InputError(
            f"{path} needs a table of its rows in {path.stem}.csv or {path.stem}.parquet, and {came} there. "
            "Keep one of them, or name it with --metadata FILE."
        )
    return found[0]
