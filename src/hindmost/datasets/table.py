"""A table of text: the one shape that every reader's columns take before they are understood."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hindmost.core.dataset import StrArray
from hindmost.core.errors import InputError


@dataclass(frozen=True)
class Table:
    """Named columns of stripped text, one entry per row; "" where nothing was written.

    Parameters
    ----------
    source : str                        file name, for messages
    columns : dict of str arrays (n,)   in the file's order
    """

    source: str
    columns: Mapping[str, StrArray]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)


def read_csv(path: Path) -> Table:
    """The columns of a comma-separated UTF-8 file with a header.

    Raises
    ------
    InputError
        The file is missing, not UTF-8, empty, ragged, or repeats a column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            lines = [(number, line) for number, line in _numbered(csv.reader(stream, strict=True)) if line]
    except FileNotFoundError:
        raise InputError(f"{path} does not exist. Name the table with --metadata FILE.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}). Pass a readable CSV file.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}). Save it as a UTF-8 CSV file.") from error
    except csv.Error as error:
        raise InputError(f"{path} is not a CSV file: {error}. Save it as a comma-separated UTF-8 file.") from error
    if len(lines) < 2:
        raise InputError(f"{path} holds no rows. Expected a header and one line per image.")
    return Table(path.name, _by_column(path, lines))


def _numbered(reader: Iterable[list[str]]) -> Iterable[tuple[int, list[str]]]:
    for line in reader:
        yield reader.line_num, line  # type: ignore[attr-defined]


def _by_column(path: Path, lines: list[tuple[int, list[str]]]) -> dict[str, StrArray]:
    header = [name.strip() for name in lines[0][1]]
    check_names(path.name, header)
    for number, line in lines[1:]:
        if len(line) != len(header):
            raise InputError(
                f"{path} line {number} has {len(line)} fields, the header has {len(header)}. "
                "Quote fields that hold a comma, and separate fields by commas."
            )
    return {name: strip(line[at] for _, line in lines[1:]) for at, name in enumerate(header)}


def check_names(source: str, names: Iterable[str]) -> None:
    """Raise InputError where two columns carry one name."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{source} has two columns named {name!r}. Keep one of them.")
        seen.add(name)


def strip(values: Iterable[str]) -> StrArray:
    """A str array without white space around its entries."""
    return np.array([value.strip() for value in values], dtype=np.str_)


def text_of(array: NDArray[np.generic]) -> StrArray | None:
    """One text per entry of a 1-d array; whole floats read as integers, NaN as ""; None: no text form."""
    if array.dtype.kind == "b":
        return array.astype(np.int64).astype(np.str_)
    if array.dtype.kind in "iu":
        return array.astype(np.str_)
    if array.dtype.kind == "f":
        return strip(_number(value) for value in array.tolist())
    if array.dtype.kind == "S":
        return strip(value.decode("utf-8", "replace") for value in array.tolist())
    return strip(array.tolist()) if array.dtype.kind == "U" else None


def text_of_values(values: Iterable[object]) -> StrArray:
    """One text per Python value; None reads as ""."""
    return strip(_scalar(value) for value in values)


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() else repr(value)
