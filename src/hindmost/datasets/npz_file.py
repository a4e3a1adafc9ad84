"""Embeddings in one ``.npz``: arrays named like columns. Nothing in it is ever unpickled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.npz import BROKEN_NPZ
from hindmost.datasets import columns
from hindmost.datasets.stored import EARLY, LOGITS, Stored, feature_name
from hindmost.datasets.table import Table, text_of

ROLES = {*columns.CLASS, *columns.CUE, *columns.SPLIT, *columns.ID, *columns.CLUSTER, *columns.TWIN_OF}
ROLES |= {*columns.HELD_OUT}


def read_npz(path: Path, cues: Sequence[str] = ()) -> Stored:
    """Arrays ``X``, ``y``, a cue, ``split``, and optionally ``logits``, ids, clusters, the network's own last
    layer as ``coef`` (classes, d) and ``intercept`` (classes,), ``early_logits`` and ``held_out``.

    Parameters
    ----------
    path : Path
    cues : sequence of str      columns asked for, whose length is checked

    Raises
    ------
    InputError
        The file is broken, holds pickled objects, or lacks X; or a column has another length than X.
    """
    arrays = _arrays(path)
    name = feature_name(path, list(arrays))
    features = arrays.pop(name)
    logits_name = columns.find(list(arrays), LOGITS, "logits")
    logits = None if logits_name is None else arrays.pop(logits_name)
    early_name = columns.find(list(arrays), EARLY, "early logits")
    early = None if early_name is None else arrays.pop(early_name)
    head = _head(path, arrays, features)
    table = {}
    for column, values in arrays.items():
        needed = column in cues or column.casefold() in ROLES
        if values.ndim == 1 and features.ndim and len(values) == len(features):
            text = text_of(values)
            if text is not None:
                table[column] = text
                continue
        if needed:
            raise InputError(
                f"{path}: {column} is {values.dtype} of shape {values.shape}, X has shape {features.shape}. "
                "Store one number or text per row."
            )
    roles = {"features": name} | _role("logits", logits_name) | _role("early logits", early_name)
    roles |= _role("head", "coef, intercept" if head else None)
    return Stored(features, logits, Table(path.name, table), roles, head, early)


def _role(role: str, name: str | None) -> dict[str, str]:
    return {} if name is None else {role: name}


def _head(path: Path, arrays: dict[str, NDArray[np.generic]], features: NDArray[np.generic]) -> Head | None:
    """The stored last layer, taken out of the arrays; None where there is none."""
    if not {"coef", "intercept"} <= set(arrays):
        return None
    coef, intercept = arrays.pop("coef"), arrays.pop("intercept")
    fits = coef.dtype.kind == intercept.dtype.kind == "f" and coef.ndim == 2 and features.ndim == 2
    if not fits or coef.shape[1] != features.shape[1]:
        raise InputError(
            f"{path}: coef is {coef.dtype} of shape {coef.shape}, X has shape {features.shape}. "
            "Store coef as floats of shape (classes, columns of X), or leave coef and intercept out."
        )
    return Head(coef.astype(np.float64), intercept.astype(np.float64))


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with path.open("rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("it is a single array")
            return {name: archive[name] for name in archive.files}
    except BROKEN_NPZ as error:
        if "allow_pickle" in str(error) or "Object arrays" in str(error):
            raise InputError(
                f"{path} holds pickled objects, which can run code and are refused. "
                "Store numbers or fixed-width text: array.astype(str)."
            ) from error
        raise InputError(f"{path} is not a readable .npz file ({error}). Write it again with numpy.savez.") from error
