"""Which rows the data set has: split, class and cue of each picture."""

from dataclasses import dataclass

import numpy as np

from hindmost.datasets.bluebox.knobs import Knobs

TRAIN, VAL, TEST = 0, 1, 2
GOOD, DEFECTIVE = 0, 1


@dataclass(frozen=True)
class Row:
    """One picture: its number from 1, split (0, 1, 2), class y, and whether it shows the box."""

    number: int
    split: int
    y: int
    box: int


def group_counts(knobs: Knobs) -> dict[tuple[int, int, int], int]:
    """Rows of each (split, y, box).

    Train halves the rows between the classes and shows the box with ``correlation`` of the good
    and ``1 - correlation`` of the defective parts; val and test hold equally many of each group.
    """
    counts = {}
    for y, total in ((GOOD, knobs.train - knobs.train // 2), (DEFECTIVE, knobs.train // 2)):
        aligned = round(knobs.correlation * total)
        usual = 1 if y == GOOD else 0
        counts[TRAIN, y, usual] = aligned
        counts[TRAIN, y, 1 - usual] = total - aligned
    for split, each in ((VAL, knobs.val_per_group), (TEST, knobs.test_per_group)):
        counts |= {(split, y, box): each for y in (GOOD, DEFECTIVE) for box in (0, 1)}
    return counts


def plan(knobs: Knobs) -> list[Row]:
    """All rows, split after split, shuffled within a split so that order tells nothing."""
    counts = group_counts(knobs)
    rng = np.random.default_rng(np.random.SeedSequence(knobs.seed, spawn_key=(0,)))
    rows: list[Row] = []
    for split in (TRAIN, VAL, TEST):
        cells = [(y, box) for (s, y, box), n in counts.items() if s == split for _ in range(n)]
        for index in rng.permutation(len(cells)):
            y, box = cells[index]
            rows.append(Row(len(rows) + 1, split, y, box))
    return rows
