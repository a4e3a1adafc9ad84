"""Which rows get a patch, from which training photograph, and where it is laid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray, IntArray, Rows, Split
from hindmost.core.sample import sample_per_group
from hindmost.interventions.colour_rule import STICKERS, ColourRule
from hindmost.interventions.frame import Pixels
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.paste import free_places
from hindmost.interventions.patches import Patch, cut_patches, generate_patch

FEWEST = 5  # patches under which generated ones are used instead
TRIES = 12  # patches tried for a row before it counts as having no room
GENERATED = 64


@dataclass(frozen=True)
class Sources:
    """Patches to lay on, and how they were found.

    Parameters
    ----------
    patches : tuple of Patch        the best first; ties in the order of the rows
    photographs : int               training photographs with the cue that were looked at
    without : int                   of these, photographs that gave none
    refused : tuple of str          why pieces of colour were not used, one entry each
    generated : bool                True: none or too few could be cut, these are made
    """

    patches: tuple[Patch, ...]
    photographs: int
    without: int
    refused: tuple[str, ...]
    generated: bool


@dataclass(frozen=True)
class PastePlan:
    """Positions in the rows that came; the arrays have one entry per twin.

    Parameters
    ----------
    rows : int array, shape (m,)
    patch : int array, shape (m,)       position in the sources
    place : int array, shape (m,)       see ``paste.placed``
    no_room : int array, shape (k,)     rows beside whose object no patch fits
    """

    rows: IntArray
    patch: IntArray
    place: IntArray
    no_room: IntArray

    def __len__(self) -> int:
        return len(self.rows)


def find_sources(
    rows: Rows,
    read_image: Callable[[int], Pixels],
    *,
    cue: int,
    seed: int,
    rule: ColourRule = STICKERS,
    shape: tuple[int, int] = (256, 256),
) -> Sources:
    """Patches from training photographs that carry the cue; generated ones where fewer than five can be cut.

    Training rows only: a patch that a test photograph showed would make that photograph and the pasted ones
    depend on each other.

    Parameters
    ----------
    rows : Rows
    read_image : callable       the photograph of a row by its position, uint8 (h, w, 3)
    cue : int                   the cue value of photographs with a patch
    seed : int                  of generated patches
    rule : ColourRule
    shape : (int, int)          frame of generated patches
    """
    where = np.flatnonzero(rows.mask("train") & (rows.cue == cue)).tolist()
    cuttings = [cut_patches(read_image(row), str(rows.ids[row]), rule) for row in where]
    patches = sorted((patch for each in cuttings for patch in each.patches), key=lambda patch: -patch.quality)
    refused = tuple(reason for each in cuttings for reason in each.refused)
    without = sum(not each.patches for each in cuttings)
    generated = len(patches) < FEWEST
    if generated:
        patches = [generate_patch(shape, seed * GENERATED + number) for number in range(GENERATED)]
    return Sources(tuple(patches), len(where), without, refused, generated)


def plan_paste(
    rows: Rows,
    read_core: Callable[[int], BoolArray],
    patches: Sequence[Patch],
    *,
    cue: int,
    seed: int,
    splits: Sequence[Split] = ("val", "test"),
    per_group: int | None = None,
) -> PastePlan:
    """Choose rows without the cue, and for each a patch and a place that leaves its object free.

    Patches are dealt from a shuffled deck, so that all serve about equally often; one that leaves no free
    place waits for the next row.

    Parameters
    ----------
    rows : Rows, n of them
    read_core : callable        the object of a row by its position, (h, w) bool: a mask, or ``estimate_lesion``
    patches : sequence of Patch
    cue : int                   the cue value of photographs with a patch: these rows get none
    seed : int
    splits : sequence of str    whose rows get twins; a twin belongs to the split of its row
    per_group : int, optional   rows of each group of a split at most; None: all

    Raises
    ------
    NotAvailable
        No patch, or no row without the cue.
    """
    if not 0 <= cue < len(rows.naming.cues):
        raise InputError(f"cue is {cue}, expected 0 to {len(rows.naming.cues) - 1}. Pass the value with a patch.")
    if not patches:
        raise NotAvailable("there is no patch to lay on")
    rng = np.random.default_rng(seed)
    most = len(rows) if per_group is None else per_group
    chosen = [sample_per_group(rows.group, rows.mask(split) & (rows.cue != cue), most, rng) for split in splits]
    order = np.concatenate([*chosen, np.empty(0, dtype=np.int64)])
    if not len(order):
        raise NotAvailable(
            f"every row of {', '.join(splits)} shows the cue already, so there is none to lay a patch on"
        )
    waiting = rng.permutation(len(patches)).tolist()
    found = [(row, *_deal(read_core(row), patches, waiting, rng)) for row in order.tolist()]
    made = np.array([each for each in found if each[1] >= 0], dtype=np.int64).reshape(-1, 3)
    empty = np.array([row for row, patch, _ in found if patch < 0], dtype=np.int64)
    return PastePlan(made[:, 0], made[:, 1], made[:, 2], empty)


def _deal(core: BoolArray, patches: Sequence[Patch], waiting: list[int], rng: np.random.Generator) -> tuple[int, int]:
    """The first waiting patch that fits, moved to the end of the deck, and a free place; (-1, -1) for none."""
    for at, number in enumerate(waiting[:TRIES]):
        places = free_places(patches[number], core)
        if places:
            waiting.append(waiting.pop(at))
            return number, int(places[int(rng.integers(len(places)))])
    return -1, -1
