"""The documented knobs of bluebox, checked at birth."""

import math
from dataclasses import dataclass

from hindmost.core.errors import InputError


@dataclass(frozen=True)
class Knobs:
    """What a user may turn.

    Parameters
    ----------
    correlation : float in [0.5, 1]
        Share of the train parts of each class that show the cue of their class: good parts the
        blue box, defective parts the bare bench. 0.5 is balanced, 1 leaves two groups empty.
    defect_contrast : float in [0.05, 1]    how strongly a defect stands out from the metal
    entangled : bool       the box changes how a defect looks: see ``docs/datasets/bluebox.md``
    seed : int >= 0        the same seed gives the same bytes
    train : int >= 2       train rows, half of them good
    val_per_group, test_per_group : int >= 1    rows of each of the four groups
    size : int in [32, 1024]    side of the square pictures, in pixels

    Raises
    ------
    InputError
        A knob is out of its range.
    """

    correlation: float
    defect_contrast: float
    entangled: bool
    seed: int
    train: int
    val_per_group: int
    test_per_group: int
    size: int

    def __post_init__(self) -> None:
        check_range("correlation", self.correlation, 0.5, 1.0)
        check_range("defect_contrast", self.defect_contrast, 0.05, 1.0)
        check_whole("seed", self.seed, 0)
        check_whole("train", self.train, 2)
        check_whole("val_per_group", self.val_per_group, 1)
        check_whole("test_per_group", self.test_per_group, 1)
        check_whole("size", self.size, 32, 1024)


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise InputError unless ``low <= value <= high``; NaN is refused too."""
    if not (math.isfinite(value) and low <= value <= high):
        raise InputError(
            f"{name} must be a number from {low:g} to {high:g}, but got {value!r}. "
            f"Pass {name}={min(max(value, low), high) if math.isfinite(value) else high:g}, "
            "or leave it out for the default."
        )


def check_whole(name: str, value: int, low: int, high: int | None = None) -> None:
    """Raise InputError unless value is a whole number from low to high (no upper end: None)."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < low or (high is not None and value > high):
        span = f"of {low} or more" if high is None else f"from {low} to {high}"
        raise InputError(
            f"{name} must be a whole number {span}, but got {value!r}. "
            f"Pass {name}={low} or more, or leave it out for the default."
        )
