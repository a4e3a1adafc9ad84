"""The published table of features: what its files, columns and schema are called, for those who write and read it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, Naming

FORMAT = 1
META = b"hindmost"  # key of the schema: JSON of format, naming, head, data and provenance
PART = "part"  # files are part-00000-SHA256.parquet and so on
CONTENT, CLUSTER, TWIN_OF, HELD_OUT = "image_sha256", "source_id", "twin_of", "held_out"
LOGITS, EARLY = "logits", "early_logits"
DATA = "data"  # of the images: name, known faults, rows, rows set aside
OURS = ("format", "naming", "head", DATA)  # the rest of the schema's JSON is provenance


def plain_head(head: Head) -> dict[str, Any]:
    """A head as plain values: its shape, and float64 in little-endian order as base64."""
    return {"shape": list(head.coef.shape), "coef": _text(head.coef), "intercept": _text(head.intercept)}


def head_of_plain(plain: Mapping[str, Any]) -> Head:
    """The same head, to the last bit.

    Raises
    ------
    InputError
        These are not the values of a head.
    """
    try:
        coef = _numbers(plain["coef"]).reshape(tuple(plain["shape"]))
        return Head(coef, _numbers(plain["intercept"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"The head in the schema cannot be read ({error}). Extract the features again.") from error


def naming_of_plain(plain: Mapping[str, Any]) -> Naming:
    """Names of classes and cues from ``asdict(naming)`` after JSON."""
    return Naming(tuple(plain["classes"]), tuple(plain["cues"]), tuple(plain["columns"]), bool(plain["named"]))


def _text(array: FloatArray) -> str:
    return b64encode(np.ascontiguousarray(array, dtype="<f8").tobytes()).decode("ascii")


def _numbers(text: str) -> FloatArray:
    return np.frombuffer(b64decode(text), dtype="<f8").astype(np.float64)
