"""What a head makes of each half of a picture: the object alone, and the ground alone."""

from __future__ import annotations

from dataclasses import dataclass

from hindmost.core.tables import GroupRow


@dataclass(frozen=True)
class GroundRow:
    """How often grounds without their object are given one class, by the cue that they show.

    ``difference`` is the mean over true classes of (rate where the cue goes with the class in training) minus
    (rate where it goes with another): 0 for a head that the cue does not move, 1 for one that it decides alone.
    """

    class_name: str
    n_with: int  # grounds whose cue goes with the class
    n_without: int
    rate_with: float | None
    rate_without: float | None
    difference: float | None
    low: float | None  # two-sided 95 %
    high: float | None


@dataclass(frozen=True)
class Halves:
    """One head on the same test rows as they are, with the object alone, and with the ground alone.

    ``whole`` and ``object_alone`` hold a row for each group, ``ground_alone`` one for each class that some cue goes
    with in training; of two such classes the last, since the other says the same.
    """

    whole: tuple[GroupRow, ...]
    object_alone: tuple[GroupRow, ...]
    ground_alone: tuple[GroundRow, ...]
