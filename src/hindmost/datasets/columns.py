"""Which column plays which role: ranked names, the first that exists wins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hindmost.core.dataset import Card
from hindmost.core.errors import InputError
from hindmost.datasets.table import Table

FILE = ("img_filename", "filename", "path", "image")
CLASS = ("y", "label", "target", "benign_malignant")
CUE = ("a", "cue", "place", "spurious", "confounder", "patches")
SPLIT = ("split",)
ID = ("isic_id", "img_id", "image_id", "id")
CLUSTER = ("patient_id", "source_id")
TWIN_OF = ("twin_of",)
HELD_OUT = ("held_out",)
CORE_MASK = ("mask_filename",)
CUE_MASK = ("cue_mask_filename",)
POOR_MASK = ("mask_is_ellipse",)
TWIN = ("twin_filename",)
CONTROL = ("control_filename",)

MOST_CANDIDATES = 20  # values of a column that a message may propose as a cue


def find(names: Sequence[str], ranks: Sequence[str], role: str) -> str | None:
    """The column of a role: the first rank that a column carries, upper and lower case alike.

    Raises
    ------
    InputError
        Two columns are of equal rank.
    """
    for rank in ranks:
        matches = [name for name in names if name.casefold() == rank]
        if len(matches) > 1:
            raise InputError(
                f"Two columns of equal rank could be the {role}: {listed(matches)}. Rename all but one of them."
            )
        if matches:
            return matches[0]
    return None


def require(table: Table, ranks: Sequence[str], role: str) -> str:
    """The column of a role that every table must have.

    Raises
    ------
    InputError
        No column, or two of equal rank.
    """
    found = find(table.names, ranks, role)
    if found is None:
        raise InputError(
            f"{table.source} has no {role} column: expected one named {' or '.join(ranks)}, "
            f"but these came: {listed(table.names)}. Add or rename the column."
        )
    return found


def choose_cues(table: Table, card: Card | None, cues: Sequence[str], taken: Sequence[str]) -> tuple[str, ...]:
    """The cue columns: those asked for, else the one that the card names, else by rank.

    Parameters
    ----------
    table : Table
    card : Card or None
    cues : sequence of str      columns asked for
    taken : sequence of str     columns that have another role

    Raises
    ------
    InputError
        A column that was asked for does not exist, or none or several could be the cue.
    """
    if cues:
        return _asked_for(table, cues, taken)
    described = [name for name in (card.cues if card else {}) if name in table.columns]
    if len(described) == 1:
        return (described[0],)
    matches = [name for name in table.names if name.casefold() in CUE]
    best = min((CUE.index(name.casefold()) for name in matches), default=None)
    chosen = [name for name in matches if CUE.index(name.casefold()) == best]
    if len(chosen) == 1:
        return (chosen[0],)
    candidates = chosen or described or cue_candidates(table, taken)
    came = "Several columns could be the cue" if chosen or described else "No column is named as the cue"
    raise InputError(
        f"{table.source}: {came}. Choose with --cue NAME; candidates: {listed(candidates)}; "
        f"recognised without asking: {', '.join(CUE)}."
    )


def _asked_for(table: Table, cues: Sequence[str], taken: Sequence[str]) -> tuple[str, ...]:
    for at, name in enumerate(cues):
        if name not in table.columns:
            candidates = cue_candidates(table, taken)
            raise InputError(
                f"{table.source} has no column {name!r}. Choose --cue from its columns: {listed(table.names)}; "
                f"candidates: {listed(candidates)}."
            )
        if name in taken:
            raise InputError(
                f"--cue {name} is the class or split column. Choose a column that must not decide the class."
            )
        if name in cues[:at]:
            raise InputError(f"--cue {name} was given twice. Give each cue column once.")
    return tuple(cues)


def cue_candidates(table: Table, taken: Sequence[str]) -> list[str]:
    """Columns with few values and no other role: what a message may propose as a cue."""
    roles = {*FILE, *CLASS, *SPLIT, *ID, *CLUSTER, *TWIN_OF, *HELD_OUT}
    roles |= {*CORE_MASK, *CUE_MASK, *POOR_MASK, *TWIN, *CONTROL}
    return [
        name
        for name, values in table.columns.items()
        if name.casefold() not in roles
        and name not in taken
        and 2 <= len(np.unique(values)) <= min(MOST_CANDIDATES, max(2, len(table) // 2))
    ]


def listed(names: Sequence[str]) -> str:
    """Names for a message: at most twelve."""
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return shown or "none"
