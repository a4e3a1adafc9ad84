"""Stored embeddings: features, the table beside them, and the network's own logits where they were kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hindmost.core.dataset import Card, Dataset
from hindmost.core.errors import InputError
from hindmost.datasets.npy_file import read_npy
from hindmost.datasets.npz_file import read_npz
from hindmost.datasets.parquet_file import read_parquet
from hindmost.datasets.recognise import recognise
from hindmost.datasets.stored import Stored
from hindmost.datasets.table import strip


def read_embeddings(
    path: Path, *, metadata: Path | None = None, card: Card | None = None, cues: Sequence[str] = ()
) -> Dataset:
    """Features of every row from a ``.npz``, a ``.parquet``, or a ``.npy`` beside its table.

    Parameters
    ----------
    path : Path
    metadata : Path, optional   the table of a ``.npy``; other files hold their own
    card : Card, optional
    cues : sequence of str      cue columns; empty: the card or the ranked names decide

    Raises
    ------
    InputError
        The file is broken or holds pickles, an array is missing, lengths differ, or a value is not finite.
    """
    stored = _read(path, metadata, cues)
    n = len(stored.features)
    X = _matrix(path, "X", stored.features)
    outputs = {"logits": stored.logits, "early_logits": stored.early}
    read = {name: _matrix(path, name, values) for name, values in outputs.items() if values is not None}
    lengths = {name: len(values) for name, values in read.items()} | {"its table": len(stored.table) or n}
    for name, length in lengths.items():
        if length != n:
            raise InputError(f"{path}: X has {n} rows, {name} has {length}. Store one entry per row in each.")
    known = recognise(stored.table, card, cues, other_ids=strip(str(row) for row in range(n)))
    _check_classes(path, len(known.rows.naming.classes), read, stored)
    return Dataset(
        name=(card.name if card else "") or path.stem,
        rows=known.rows,
        X=X,
        logits=read.get("logits"),
        early=read.get("early_logits"),
        held_out=known.held_out,
        head=stored.head,
        twin_of=known.twin_of,
        recognised={"layout": f"embeddings {path.suffix}", "table": stored.table.source, **stored.roles, **known.roles},
        known_faults=(*(card.known_faults if card else ()), *known.faults),
    )


def _check_classes(path: Path, n_classes: int, read: dict[str, NDArray[np.float32]], stored: Stored) -> None:
    """Raise InputError where outputs or the head have another number of classes than the table."""
    for name, values in read.items():
        if values.shape[1] != n_classes:
            raise InputError(
                f"{path}: {name} have {values.shape[1]} columns, the table has {n_classes} classes. "
                "Store one column per class (one binary column z: [-z/2, z/2])."
            )
    if stored.head is not None and stored.head.n_classes != n_classes:
        raise InputError(
            f"{path}: coef has {stored.head.n_classes} rows, the table has {n_classes} classes. "
            "Store one row per class, or leave coef and intercept out."
        )


def _read(path: Path, metadata: Path | None, cues: Sequence[str]) -> Stored:
    if path.suffix.lower() == ".npy":
        return read_npy(path, metadata)
    if metadata is not None:
        raise InputError(f"{path} holds its own table, but --metadata {metadata} came. Leave --metadata out.")
    return read_npz(path, cues) if path.suffix.lower() == ".npz" else read_parquet(path)


def _matrix(path: Path, name: str, values: NDArray[np.generic]) -> NDArray[np.float32]:
    """Finite float32 with one line per row."""
    if values.dtype.kind not in "biuf" or values.ndim != 2 or 0 in values.shape:
        raise InputError(
            f"{path}: {name} is {values.dtype} of shape {values.shape}, expected numbers of shape (rows, columns). "
            "Store one line of numbers per row."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        matrix = np.ascontiguousarray(values, dtype=np.float32)
    bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if len(bad):
        raise InputError(
            f"{path}: {name} holds NaN, infinite or too large values in {len(bad)} rows, first in row {bad[0] + 1}. "
            "Remove these rows, or compute them again."
        )
    return matrix
