"""Which rows are swapped, and whose ground each gets for the swap and for the control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows, Split
from hindmost.core.sample import sample_per_group
from hindmost.interventions.masks import look_at, thumbnail
from hindmost.interventions.not_available import NotAvailable

PER_GROUP = 100
CANDIDATES = 6  # donors tried for each arm of a row; the two whose holes the object hides best are taken


@dataclass(frozen=True)
class SwapPlan:
    """Positions in the rows that came; the arrays have one entry per twin.

    Parameters
    ----------
    rows : int array, shape (m,)        whose object is laid on other grounds
    cue : int array, shape (m,)         the cue of the swapped-in ground
    swap : int array, shape (m,)        donor of a ground with ``cue``
    control : int array, shape (m,)     donor of another ground with the row's own cue
    hole : float array, shape (m,)      share of the picture that is filled in both arms, about
    faults : dict of str to int         rows of the split that cannot be used, by reason
    missing : tuple of int              groups of the split that have rows, but none that can be swapped
    """

    rows: IntArray
    cue: IntArray
    swap: IntArray
    control: IntArray
    hole: FloatArray
    faults: dict[str, int]
    missing: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)


def plan_swap(
    rows: Rows,
    read_core: Callable[[int], BoolArray | None],
    *,
    seed: int,
    poor: BoolArray | None = None,
    per_group: int = PER_GROUP,
    split: Split = "test",
) -> SwapPlan:
    """Choose rows and donors within one split.

    Donors come from the split of the rows: grounds that the network was trained on, or that a head was
    fitted on, could be recognised one by one, and what they move would not be the cue. Both donors have the
    same class, drawn evenly, so that the shape of what was taken out of a ground tells neither arm from the
    other. No donor shares a cluster (patient, source, twin) with its row or is the other arm's donor. With
    more than two cue values the new one is drawn evenly from the others.

    Parameters
    ----------
    rows : Rows, n of them
    read_core : callable            the core mask of a row by its position, (h, w) bool; None where it has none
    seed : int
    poor : bool array (n,)          masks known to be poor; neither objects nor donors
    per_group : int                 rows of each group at most
    split : str

    Raises
    ------
    NotAvailable
        No masks, one cue value only, or fewer than two usable donors of a cue.
    """
    rng = np.random.default_rng(seed)
    inside = np.flatnonzero(rows.mask(split))
    usable, thumbs, faults = _look(inside, read_core, np.zeros(len(rows), dtype=bool) if poor is None else poor)
    _check_possible(rows, inside, usable, split)
    allowed = np.zeros(len(rows), dtype=bool)
    allowed[usable] = True
    decks = Decks(rows, usable, rng)
    chosen = sample_per_group(rows.group, allowed, per_group, rng)
    picked = [_pick(rows, row, decks, thumbs, rng) for row in chosen.tolist()]
    made = [(row, *pick) for row, pick in zip(chosen.tolist(), picked, strict=True) if pick is not None]
    columns = np.array(made, dtype=np.float64).reshape(-1, 5).T
    row, cue, swap, control = (column.astype(np.int64) for column in columns[:4])
    missing = np.setdiff1d(rows.group[inside], rows.group[row])
    return SwapPlan(row, cue, swap, control, columns[4], faults, tuple(missing.tolist()))


class Decks:
    """Donors of each class and cue, dealt in a shuffled order again and again, so that all serve alike."""

    def __init__(self, rows: Rows, usable: IntArray, rng: np.random.Generator) -> None:
        self.rows = rows
        self.cards = {
            (y, cue): rng.permutation(usable[(rows.y[usable] == y) & (rows.cue[usable] == cue)])
            for y in range(len(rows.naming.classes))
            for cue in range(len(rows.naming.cues))
        }
        self.next = dict.fromkeys(self.cards, 0)

    def classes(self, *cues: int) -> list[int]:
        """Classes with at least two donors of each of the cues."""
        return [y for y in range(len(self.rows.naming.classes)) if all(len(self.cards[y, cue]) >= 2 for cue in cues)]

    def deal(self, y: int, cue: int, row: int) -> IntArray:
        """The next candidates that are independent of ``row``; none where its cluster is all there is."""
        cards = self.cards[y, cue]
        size = min(CANDIDATES, len(cards))
        dealt = cards[(self.next[y, cue] + np.arange(size)) % len(cards)]
        self.next[y, cue] += size
        own = self.rows.ids[dealt] == self.rows.ids[row]
        if self.rows.cluster is not None:
            own |= self.rows.cluster[dealt] == self.rows.cluster[row]
        return dealt[~own]


def _pick(
    rows: Rows, row: int, decks: Decks, thumbs: dict[int, FloatArray], rng: np.random.Generator
) -> tuple[int, int, int, float] | None:
    """New cue, swap donor, control donor and share of the picture that will be filled; None: no donors."""
    old = int(rows.cue[row])
    others = [cue for cue in range(len(rows.naming.cues)) if cue != old and decks.classes(cue, old)]
    if not others:
        return None
    new = int(rng.choice(others))
    y = int(rng.choice(decks.classes(new, old)))
    swaps, controls = decks.deal(y, new, row), decks.deal(y, old, row)
    if not len(swaps) or not len(controls):
        return None
    bare = 1 - thumbs[row]
    seen = np.maximum(
        np.stack([thumbs[at] for at in swaps.tolist()])[:, None], np.stack([thumbs[at] for at in controls.tolist()])
    )
    hole = (seen * bare).mean(axis=(2, 3))  # (swaps, controls)
    first, second = np.unravel_index(int(np.argmin(hole)), hole.shape)
    return new, int(swaps[first]), int(controls[second]), float(hole[first, second])


def _look(
    inside: IntArray, read_core: Callable[[int], BoolArray | None], poor: BoolArray
) -> tuple[IntArray, dict[int, FloatArray], dict[str, int]]:
    """Positions with a usable mask, their small masks, and why the others have none."""
    thumbs: dict[int, FloatArray] = {}
    faults: dict[str, int] = {}
    for row in inside.tolist():
        fault, thumb = _fault(row, read_core, bool(poor[row]))
        if thumb is None:
            faults[fault] = faults.get(fault, 0) + 1
        else:
            thumbs[row] = thumb
    return np.array(sorted(thumbs), dtype=np.int64), thumbs, faults


def _fault(row: int, read_core: Callable[[int], BoolArray | None], poor: bool) -> tuple[str, FloatArray | None]:
    mask = None if poor else read_core(row)
    if mask is None:
        return ("known to be poor" if poor else "no core mask"), None
    fault = look_at(mask).fault
    return fault, None if fault else thumbnail(mask)


def _check_possible(rows: Rows, inside: IntArray, usable: IntArray, split: Split) -> None:
    if len(np.unique(rows.cue[inside])) < 2:
        raise NotAvailable(f"the {split} rows have one cue value only, so no ground with another cue exists")
    if not len(usable):
        raise NotAvailable(f"no {split} row has a usable core mask; name masks in a column mask_filename")
    counts = np.bincount(rows.cue[usable], minlength=len(rows.naming.cues))
    if (counts >= 2).sum() < 2:
        few = ", ".join(f"{name}: {count}" for name, count in zip(rows.naming.cues, counts.tolist()))
        raise NotAvailable(f"grounds of two cue values are needed, usable {split} rows by cue are {few}")
