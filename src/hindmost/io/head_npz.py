"""A fitted head as ``.npz``: ``coef``, ``intercept`` and a note of how it was made. Nothing in it is unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.npz import BROKEN_NPZ


def write_head(head: Head, path: Path, meta: Mapping[str, Any]) -> None:
    """Write a head on raw features; the same head gives the same bytes.

    Parameters
    ----------
    head : Head
    path : Path             ends in .npz
    meta : mapping          plain values: method, what was selected, data fingerprint
    """
    note = json.dumps(dict(meta), sort_keys=True, allow_nan=False)
    with path.open("wb") as stream:
        np.savez(stream, coef=head.coef, intercept=head.intercept, meta=np.array(note))


def read_head(path: Path) -> Head:
    """A head that ``write_head`` wrote.

    Raises
    ------
    InputError
        The file is missing or broken, holds pickled objects, or is no head.

    Examples
    --------
    >>> logits = read_head(Path("heads/dfr.npz")).logits(X)  # doctest: +SKIP
    """
    arrays = _arrays(path, ("coef", "intercept"))
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise InputError(f"{path}: {name} holds {array.dtype}, expected numbers. Write it with write_head.")
    try:
        return Head(arrays["coef"].astype(np.float64), arrays["intercept"].astype(np.float64))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def read_head_meta(path: Path) -> dict[str, Any]:
    """How a head was made.

    Raises
    ------
    InputError
        The file is missing or broken, or holds no note.
    """
    note = _arrays(path, ("meta",))["meta"]
    try:
        meta = json.loads(str(note.item()))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} holds no readable note ({error}). Write it with write_head.") from error
    return dict(meta)


def _arrays(path: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as stream:  # np.load leaves a broken file open
            archive = np.load(stream, allow_pickle=False)
            return {name: archive[name] for name in names}
    except FileNotFoundError:
        raise InputError(f"{path} does not exist. Name a head that hindmost audit wrote into heads/.") from None
    except (*BROKEN_NPZ, TypeError, IndexError, AttributeError) as error:  # the last three: an .npy is no archive
        raise InputError(
            f"{path} is not a head: expected an .npz with {' and '.join(names)} ({error}). Write it with write_head."
        ) from error
