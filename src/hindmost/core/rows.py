"""What is known of each row: identity, class, cue, split, cluster."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Naming:
    """Names of classes, cue values and the groups that they span.

    Parameters
    ----------
    classes : tuple of str, length c    name of each class, in id order
    cues : tuple of str, length k       name of each cue value, row-major over the cue columns
    columns : tuple of str              the columns that the cue was read from
    named : bool                        True where a card gave the names (group: "landbird, on water"),
                                        False where they are ids (group: "y=0, place=1")
    """

    classes: tuple[str, ...]
    cues: tuple[str, ...]
    columns: tuple[str, ...]
    named: bool = False

    @property
    def n_groups(self) -> int:
        return len(self.classes) * len(self.cues)

    @property
    def groups(self) -> tuple[str, ...]:
        """Group names in group order: ``g = y * n_cues + cue``."""
        return tuple(f"{y}, {a}" for y in self.classes for a in self.cues)


@dataclass(frozen=True)
class Rows:
    """The table beside the pixels: one entry per image or embedding.

    Parameters
    ----------
    ids : str array, shape (n,)        unique name of each row
    y : int array, shape (n,)          class id in 0..c-1
    cue : int array, shape (n,)        cue value in 0..k-1 (row-major product of several cues)
    split : int array, shape (n,)      0 train, 1 val, 2 test
    naming : Naming
    cluster : int array, shape (n,), optional
        rows with the same id are not independent (one patient, one source, twins); None: all independent

    Raises
    ------
    InputError
        Lengths differ, an id repeats, or a value is outside its range.
    """

    ids: NDArray[np.str_]
    y: IntArray
    cue: IntArray
    split: IntArray
    naming: Naming
    cluster: IntArray | None = None

    def __post_init__(self) -> None:
        n = len(self.ids)
        for name in ("y", "cue", "split", "cluster"):
            column = getattr(self, name)
            if column is not None and column.shape != (n,):
                raise InputError(f"{name} has shape {column.shape}, ids has {n} rows. Pass one value per row.")
        _check_range("y", self.y, len(self.naming.classes))
        _check_range("cue", self.cue, len(self.naming.cues))
        _check_range("split", self.split, len(SPLITS))
        if len(np.unique(self.ids)) != n:
            values, counts = np.unique(self.ids, return_counts=True)
            raise InputError(
                f"Row id {str(values[counts.argmax()])!r} occurs {counts.max()} times. Give each row its own id."
            )
        for field in fields(self):
            column = getattr(self, field.name)
            if isinstance(column, np.ndarray):
                column.flags.writeable = False

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def group(self) -> IntArray:
        """Group id of each row, shape (n,): ``y * n_cues + cue``."""
        return self.y * len(self.naming.cues) + self.cue

    @property
    def strata(self) -> IntArray:
        """The group ids, under the name that ``fit`` takes them."""
        return self.group

    @property
    def n_groups(self) -> int:
        return self.naming.n_groups

    def mask(self, split: Split) -> BoolArray:
        """True for the rows of one split, shape (n,)."""
        return np.asarray(self.split == SPLITS.index(split))

    def take(self, where: BoolArray | IntArray | slice) -> Self:
        """Rows chosen by a boolean mask or by positions, in that order."""
        cluster = None if self.cluster is None else self.cluster[where]
        return type(self)(self.ids[where], self.y[where], self.cue[where], self.split[where], self.naming, cluster)

    def of(self, split: Split) -> Self:
        """The rows of one split, in their order."""
        return self.take(self.mask(split))

    def counts(self, split: Split) -> IntArray:
        """Rows per group in one split, shape (n_groups,); an absent group keeps its place with 0."""
        return np.bincount(self.group[self.mask(split)], minlength=self.n_groups).astype(np.int64)


def _check_range(name: str, values: IntArray, size: int) -> None:
    if values.size and (values.min() < 0 or values.max() >= size):
        bad = values[(values < 0) | (values >= size)][0]
        raise InputError(f"{name} must lie in 0..{size - 1}, but {bad} came. Number its values from 0 without gaps.")
