"""Rows of different splits that show nearly the same picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class NearPair:
    """Two rows of different splits, and how alike they are."""

    id: str
    split: str
    other: str
    other_split: str
    cosine: float  # of the centred features
    likeness: float | None  # best correlation of the pictures' gradients; None: no pictures


@dataclass(frozen=True)
class NearDuplicates:
    """What the search found.

    ``by`` says what decided: "pictures" = candidates by their features, each confirmed on its pixels;
    "features" = stored embeddings alone, at a stricter threshold. Files that are equal byte for byte are
    not counted here.
    """

    by: Literal["pictures", "features"]
    pairs: int
    rows: dict[str, int]  # split -> rows that have a near duplicate in another split
    compared: int  # rows
    candidates: int  # pairs that were close enough to be looked at
    cosine_threshold: float  # candidates lie at or above it
    likeness_threshold: float | None
    likeness_by_chance: float | None  # highest among pairs of one group that were drawn at random
    chance_pairs: int
    examples: tuple[NearPair, ...]  # the most alike, at most ten
