"""How far the plain minimum over groups can be read, and what change a group's rows could show at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LowestShare:
    """How often one group holds the minimum when the test rows are drawn again."""

    group: str
    share: float


@dataclass(frozen=True)
class WorstNoise:
    """The plain test minimum of one head beside what noise does to it.

    ``shift``: mean of the minimum over redrawn test rows, minus the minimum seen: how much lower than the
    truth such a minimum is expected to be. ``shift_if_equal``: the same if every group were truly as good as
    the worst one seems, the most that noise can take off. The true shift lies between the second and 0.
    """

    group: str
    n: int
    minimum: float
    one_image: float  # what one row of that group moves its accuracy by
    shift: float
    shift_if_equal: float
    spread: float  # standard deviation of the redrawn minimum
    draws: int
    lowest: tuple[LowestShare, ...]  # groups that hold it in at least 1 % of the draws


@dataclass(frozen=True)
class DetectableChange:
    """The smallest true change of one group that its rows would show with probability ``power``.

    Two-sided exact McNemar test, at the share of rows on which the two heads disagree as it was seen.
    ``alone``: at the level. ``adjusted``: at the level divided by the number of groups, the first step of Holm.
    None: no change of up to 100 points would show.
    """

    group: str
    n: int
    discordant: float | None  # share of rows that only one of the two heads gets right
    alone: float | None
    adjusted: float | None
    power: float
