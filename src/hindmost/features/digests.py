"""Names of contents in memory: 32 bytes a row, so that a million rows are 32 MB."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError

Digests = NDArray[np.bytes_]  # dtype S32, shape (n,)

_HEX = 64
_ROWS = 65_536  # names turned at a time


def digests(names: Sequence[str] | NDArray[np.str_]) -> Digests:
    """The 32 bytes of each SHA-256 in hex, shape (n,).

    Raises
    ------
    InputError
        A name is not 64 hex digits.
    """
    parts = [_packed(np.asarray(names[start : start + _ROWS])) for start in range(0, len(names), _ROWS)]
    return np.concatenate([np.empty(0, dtype="S32"), *parts])


def hex_names(values: Digests) -> NDArray[np.str_]:
    """Each SHA-256 in hex, shape (n,); the inverse of ``digests``."""
    return np.frombuffer(values.tobytes().hex().encode(), dtype=f"S{_HEX}").astype(np.str_)


def of_positions(n: int) -> Digests:
    """A name for each of ``n`` rows that are known by their position alone, shape (n,)."""
    bits = np.zeros((n, 4), dtype=">u8")
    bits[:, 3] = np.arange(n)
    return np.frombuffer(bits.tobytes(), dtype="S32")


def _packed(names: NDArray[np.str_]) -> Digests:
    wrong = names.dtype.kind != "U" or (np.char.str_len(names) != _HEX).any()
    try:
        packed = b"" if wrong else bytes.fromhex("".join(names.tolist()))
    except ValueError:
        packed = b""
    if len(packed) != 32 * len(names):
        raise InputError(
            "The content of each image must be named by 64 hex digits of SHA-256, but another name came. "
            "Pass fingerprint.of_file of each file."
        )
    return np.frombuffer(packed, dtype="S32")
