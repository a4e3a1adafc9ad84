"""Arrays as Arrow columns: one list of fixed length a row, its shape beside it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hindmost.core.errors import InputError

Array = NDArray[Any]


def list_field(name: str, array: Array) -> pa.Field:
    """The field of an array (n, ...): ``fixed_size_list`` without nulls; three or more axes leave their shape."""
    value = pa.field("element", pa.from_numpy_dtype(array.dtype), nullable=False)
    shape = {"shape": json.dumps(list(array.shape[1:]))} if array.ndim > 2 else None
    return pa.field(name, pa.list_(value, _width(array)), nullable=False, metadata=shape)


def list_column(array: Array) -> pa.FixedSizeListArray:
    """The rows of an array (n, ...), each as one list."""
    flat = pa.array(np.ascontiguousarray(array).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, type=list_field("", array).type)


def list_values(column: pa.FixedSizeListArray, field: pa.Field) -> Array:
    """Back to an array (n, ...)."""
    shape = json.loads((field.metadata or {}).get(b"shape", b"null")) or [field.type.list_size]
    return np.asarray(column.flatten().to_numpy(zero_copy_only=False)).reshape(len(column), *shape)


def as_precision(X: Array, precision: str) -> Array:
    """Features at the precision they are kept in.

    Raises
    ------
    InputError
        A finite value lies outside the range of float16.
    """
    if precision == "float32":
        return np.asarray(X, dtype=np.float32)
    with np.errstate(over="ignore"):
        half = np.asarray(X, dtype=np.float16)
    if (np.isinf(half) & np.isfinite(X)).any():
        raise InputError(
            f"A feature of {np.abs(X).max():.6g} does not fit into float16 (largest 65504). Keep features as float32."
        )
    return half


def _width(array: Array) -> int:
    return int(np.prod(array.shape[1:], dtype=np.int64))
