"""Names for content: the same bytes have the same name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def of_bytes(*parts: bytes | memoryview) -> str:
    """SHA-256 of the parts, each with its length before it, in hex."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def of_array(array: NDArray[Any]) -> str:
    """SHA-256 of an array's dtype, shape and values."""
    values = np.ascontiguousarray(array)
    if values.dtype.kind not in "biufUS":
        raise TypeError(f"An array of {values.dtype} has no stable bytes; pass numbers or fixed-width text.")
    content = values.reshape(-1).view(np.uint8).data  # no copy: an array may fill half of the memory
    return of_bytes(values.dtype.str.encode(), repr(values.shape).encode(), content)


def of_json(value: Any) -> str:
    """SHA-256 of plain values, keys sorted."""
    return of_bytes(json.dumps(value, sort_keys=True, ensure_ascii=True, allow_nan=False).encode())


def of_file(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
