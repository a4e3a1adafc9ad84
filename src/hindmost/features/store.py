"""Arrays kept on disk under a key, in checked pieces.

A piece is one file: 32 bytes of SHA-256, then an ``.npz``. It appears by rename, so it is whole or absent;
one that was damaged later does not match its hash, is dropped with a note, and is computed again.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError

Arrays = dict[str, NDArray[Any]]

_DIGEST = 32


class FeatureStore:
    """Pieces of extractions under one folder.

    Parameters
    ----------
    root : Path     made when the first piece is written

    Attributes
    ----------
    notes : list of str     what was found damaged and computed again, for the report
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self.notes: list[str] = []

    def read(self, key: str, piece: int) -> Arrays | None:
        """The arrays of one piece, or None where there is none or it is damaged."""
        path = self._path(key, piece)
        try:
            stored = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(
                f"The cache file {path} cannot be read ({error.strerror}). Remove it or its folder."
            ) from error
        if hashlib.sha256(stored[_DIGEST:]).digest() != stored[:_DIGEST]:
            self.notes.append(f"A damaged piece of the feature cache was computed again: {key[:12]}/{path.name}.")
            path.unlink(missing_ok=True)
            return None
        with np.load(io.BytesIO(stored[_DIGEST:]), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def write(self, key: str, piece: int, arrays: Arrays) -> None:
        """Keep the arrays of one piece.

        Raises
        ------
        InputError      the disk is full or cannot be written
        """
        path = self._path(key, piece)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as stream:
                stream.write(hashlib.sha256(buffer.getbuffer()).digest())
                stream.write(buffer.getbuffer())
            part.replace(path)
        except OSError as error:
            raise InputError(
                f"The cache folder {self.root} cannot be written ({error.strerror}). "
                "Free space there or name another cache folder."
            ) from error
        finally:
            _remove(part)

    def _path(self, key: str, piece: int) -> Path:
        return self.root / key / f"{piece:05d}.piece"


def _remove(part: Path) -> None:
    """Remove what an interrupted write left; a folder that cannot be reached holds nothing."""
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return
