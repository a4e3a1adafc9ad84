"""What is to be embedded: how to load each image, and what content is expected of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.features.digests import Digests, digests

Pixels = NDArray[np.uint8]
Load = Callable[[int], Pixels]


@dataclass(frozen=True)
class Photographs:
    """Images by position, each named by its content.

    Parameters
    ----------
    load : callable     position in 0..n-1 -> uint8 (side, side, 3), called from several threads; raises InputError
                        where the image cannot be used
    contents : S32 array, shape (n,)    see ``digests``; equal contents are embedded once

    Raises
    ------
    InputError
        There are no images.
    """

    load: Load
    contents: Digests

    def __post_init__(self) -> None:
        if not len(self.contents):
            raise InputError("Features need at least 1 image, but none came.")

    def __len__(self) -> int:
        return len(self.contents)


def files(paths: Sequence[Path], hashes: Sequence[str], decode: Callable[[bytes, Path], Pixels]) -> Photographs:
    """Photographs on disk. A file that changed since it was hashed is refused, never kept under its old content.

    Parameters
    ----------
    paths : sequence of Path, length n
    hashes : sequence of str, length n      SHA-256 of each file in hex, taken when the images were checked
    decode : callable                       the bytes of a file, and its path for the message -> uint8 (side, side, 3)

    Raises
    ------
    InputError
        The lengths differ or a hash is not 64 hex digits; from ``load``: the file is gone or has changed.
    """
    if len(paths) != len(hashes):
        raise InputError(f"paths has {len(paths)} entries, hashes has {len(hashes)}. Pass one hash per path.")

    def load(position: int) -> Pixels:
        path = paths[position]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path} cannot be read ({error.strerror}). Restore it, or remove its row.") from error
        if hashlib.sha256(content).hexdigest() != hashes[position]:
            raise InputError(f"{path} has changed since it was checked. Run again once it stays as it is.")
        return decode(content, path)

    return Photographs(load, digests(hashes))
