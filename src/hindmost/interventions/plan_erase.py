"""Which rows have a cue that can be taken out, with room for a control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import BoolArray, IntArray, Rows, Split
from hindmost.core.sample import sample_per_group
from hindmost.interventions.erase import moved
from hindmost.interventions.not_available import NotAvailable

PER_GROUP = 100


@dataclass(frozen=True)
class ErasePlan:
    """Positions in the rows that came.

    Parameters
    ----------
    rows : int array, shape (m,)        images that show the cue
    seed : int                          with a row's position it draws the place of its control
    faults : dict of str to int         sampled rows that cannot be used, by reason
    """

    rows: IntArray
    seed: int
    faults: dict[str, int]

    def __len__(self) -> int:
        return len(self.rows)

    def draw(self, row: int) -> np.random.Generator:
        """The random numbers of one row, the same whenever it is asked for."""
        return np.random.default_rng((self.seed, row))


def plan_erase(
    rows: Rows,
    read_region: Callable[[int], BoolArray | None],
    read_core: Callable[[int], BoolArray],
    *,
    present: int,
    seed: int,
    per_group: int = PER_GROUP,
    split: Split = "test",
) -> ErasePlan:
    """Choose rows of one split whose cue can be erased.

    Parameters
    ----------
    rows : Rows, n of them, with two cue values
    read_region : callable      where the cue lies in a row's image, bool (h, w); None or empty where it is not found
    read_core : callable        where its object lies, bool (h, w)
    present : 0 or 1            the cue value of images that show the cue
    seed : int
    per_group : int             rows of each group at most

    Raises
    ------
    NotAvailable
        The cue has not two values, no row of the split shows it, or none of the sampled rows can be used; or
        ``read_core`` raised it.
    """
    if len(rows.naming.cues) != 2:
        raise NotAvailable(f"a cue that is erased has two values, there or not, but {len(rows.naming.cues)} came")
    shows = rows.mask(split) & (rows.cue == present)
    plan = ErasePlan(np.empty(0, dtype=np.int64), seed, {})
    chosen = sample_per_group(rows.group, shows, per_group, np.random.default_rng(seed)).tolist()
    faults = {row: _fault(plan.draw(row), read_region(row), read_core, row) for row in chosen}
    usable = np.array([row for row in chosen if not faults[row]], dtype=np.int64)
    counted = dict(Counter(fault for fault in faults.values() if fault))
    if not len(usable):
        why = "; ".join(f"{n} x {fault}" for fault, n in counted.items()) or "none shows it"
        raise NotAvailable(f"the cue could be erased from no {split} row: {why}")
    return ErasePlan(usable, seed, counted)


def _fault(
    rng: np.random.Generator, region: BoolArray | None, read_core: Callable[[int], BoolArray], row: int
) -> str | None:
    """Why one row cannot be used; None where it can."""
    if region is None or not region.any():
        return "cue not found"
    core = read_core(row)
    try:
        moved(region, region | core, rng)
    except NotAvailable:
        return "no room for a control"
    return None
