"""From written values to ids: classes, cue values and splits, over the whole table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hindmost.core.dataset import StrArray
from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, IntArray

SPLIT_WORDS = {
    "0": 0, "train": 0, "tr": 0,
    "1": 1, "val": 1, "va": 1, "valid": 1, "validation": 1,
    "2": 2, "test": 2, "te": 2,
}  # fmt: skip
TRUTH = {"false": "0", "true": "1"}
MOST_VALUES = 100  # of one cue column: more is a measurement or a file name, not a cue


@dataclass(frozen=True)
class Encoded:
    """One column as ids.

    Parameters
    ----------
    ids : int array, shape (n,)     in 0..len(names)-1
    names : tuple of str            of every id, also of those without rows
    named : bool                    True where every name came from a card or from the values themselves
    """

    ids: IntArray
    names: tuple[str, ...]
    named: bool


def encode(column: str, values: StrArray, card: Mapping[int, str], *, prefix: str) -> Encoded:
    """Ids of a class or cue column. The whole table and the card define them, so an absent value keeps its place.

    Parameters
    ----------
    column : str            name, for messages
    values : str array      numbers 0..k-1, the pair -1/+1, or names; names get ids in sorted order
    card : dict             id -> name; where the values are names that the card knows, its ids hold
    prefix : str            unnamed ids are called ``prefix=value``

    Raises
    ------
    InputError
        A value is missing, negative, not whole, or skips an id; or fewer than two values are known.
    """
    check_filled(column, values)
    plain = np.array([TRUTH.get(value.casefold(), value) for value in values.tolist()], dtype=np.str_)
    distinct, inverse = np.unique(plain, return_inverse=True)
    numbers = _numbers(column, distinct.tolist())
    if numbers is None:
        order, names = _named(column, distinct.tolist(), card)
        named = True
    else:
        order, written = _numbered(column, numbers, card)
        named = all(name is not None for name in written)
        low = min(numbers, default=0)
        names = [
            f"{prefix}={(-1, 1)[at] if low < 0 else at}" if name is None else name for at, name in enumerate(written)
        ]
    _check_names(column, names)
    return Encoded(np.array(order, dtype=np.int64)[inverse], tuple(names), named)


def check_filled(column: str, values: StrArray) -> None:
    """Raise InputError where an entry is blank or NaN."""
    blank = np.flatnonzero(np.isin(np.char.lower(values), ("", "nan")))
    if len(blank):
        raise InputError(
            f"{column} is empty in {len(blank)} rows, first in row {blank[0] + 1}. Fill it in, or remove these rows."
        )


def encode_splits(column: str, values: StrArray) -> IntArray:
    """0 train, 1 val, 2 test.

    Raises
    ------
    InputError
        A value is no split.
    """
    distinct, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    for value, row in sorted(zip(distinct.tolist(), first.tolist(), strict=True), key=lambda pair: pair[1]):
        if value.casefold() not in SPLIT_WORDS:
            raise InputError(
                f"{column} is {value!r} in row {row + 1}, expected 0/1/2, train/val/test or tr/va/te. "
                "Rename the split, or remove its rows."
            )
    return np.array([SPLIT_WORDS[value.casefold()] for value in distinct.tolist()], dtype=np.int64)[inverse]


def encode_flags(column: str, values: StrArray) -> BoolArray:
    """True where a flag is set: 1 or true; "" is not set.

    Raises
    ------
    InputError
        A value is neither 0/1 nor true/false.
    """
    plain = [TRUTH.get(value.casefold(), value) for value in values.tolist()]
    for row, value in enumerate(plain):
        if value not in ("", "0", "1", "0.0", "1.0"):
            raise InputError(
                f"{column} is {value!r} in row {row + 1}, expected 0 or 1. Correct it, or drop the column."
            )
    return np.array([value in ("1", "1.0") for value in plain], dtype=np.bool_)


def product(parts: Sequence[Encoded]) -> Encoded:
    """Several cue columns as one: row-major, the last column fastest."""
    whole = parts[0]
    for part in parts[1:]:
        names = tuple(f"{left}, {right}" for left in whole.names for right in part.names)
        whole = Encoded(whole.ids * len(part.names) + part.ids, names, whole.named and part.named)
    return whole


def check_few(column: str, encoded: Encoded) -> None:
    """Raise InputError where a cue column holds too many different values to be a cue."""
    if len(encoded.names) > MOST_VALUES:
        raise InputError(
            f"{column} holds {len(encoded.names)} different values, a cue has at most {MOST_VALUES}. "
            "Choose another column with --cue, or put its values into a few bins."
        )


def _numbers(column: str, distinct: list[str]) -> list[int] | None:
    """Whole numbers, or None where the values are names."""
    parsed = [_number(value) for value in distinct]
    if all(value is None for value in parsed):
        return None
    for value, number in zip(distinct, parsed, strict=True):
        if number is None or not number.is_integer():
            raise InputError(
                f"{column} mixes {value!r} with numbers, expected whole numbers 0, 1, ... or names only. "
                "Write every value in one of the two ways."
            )
    return [int(number) for number in parsed if number is not None]


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _numbered(column: str, numbers: list[int], card: Mapping[int, str]) -> tuple[list[int], list[str | None]]:
    """Id of each distinct number, and the card's name of each id or None."""
    if -1 in {*numbers, *card} and {*numbers} <= {-1, 1} and ({*card} <= {-1, 1} or {*card} <= {0, 1}):
        names = {max(key, 0): name for key, name in card.items()}
        return [max(number, 0) for number in numbers], [names.get(0), names.get(1)]
    known = {*numbers, *card}
    if min(known) < 0:
        raise InputError(f"{column} holds {min(known)}. Number its values from 0 without gaps, or use -1 and 1 only.")
    gap = next((value for value in range(len(known)) if value not in known), None)
    if gap is not None:
        raise InputError(
            f"{column} holds {max(known)} but not {gap}. Number its values from 0 without gaps, "
            "or name the absent one in the data card."
        )
    return numbers, [card.get(value) for value in range(len(known))]


def _named(column: str, distinct: list[str], card: Mapping[int, str]) -> tuple[list[int], list[str]]:
    """Id of each distinct text, and the name of each id."""
    ids = {name: key for key, name in card.items()}
    if {*distinct} <= {*ids} and {*card} == set(range(len(card))):
        return [ids[value] for value in distinct], [card[key] for key in range(len(card))]
    moved = [value for at, value in enumerate(distinct) if ids.get(value, at) != at]
    if moved or {*card} - set(range(len(distinct))):
        raise InputError(
            f"{column} holds the names {', '.join(distinct[:6])}, the data card says {dict(card)}. "
            "Let the card use the same names, or as many names in sorted order."
        )
    return list(range(len(distinct))), [card.get(at, value) for at, value in enumerate(distinct)]


def _check_names(column: str, names: list[str]) -> None:
    if len(names) < 2:
        raise InputError(
            f"{column} holds one value everywhere ({names[0]}), expected at least two. "
            "Choose another column, or name the absent values in the data card."
        )
    if len({*names}) < len(names):
        raise InputError(f"{column} has two values of one name among {names}. Give each value its own name.")
