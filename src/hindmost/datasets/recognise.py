"""A table becomes rows: identity, class, cue, split, cluster, each from the column that was recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hindmost.core.dataset import Card, StrArray
from hindmost.core.rows import BoolArray, IntArray, Naming, Rows
from hindmost.datasets import columns
from hindmost.datasets.clusters import cluster_rows, straddling, twin_positions
from hindmost.datasets.table import Table
from hindmost.datasets.values import Encoded, check_few, check_filled, encode, encode_flags, encode_splits, product


@dataclass(frozen=True)
class Recognised:
    """What a table says of its rows.

    Parameters
    ----------
    rows : Rows
    twin_of : int array (n,) or None
    held_out : bool array (n,) or None      train rows that the network's training did not see
    roles : dict                role -> column, for the echo
    faults : tuple of str       what the table itself shows to be wrong with the data
    """

    rows: Rows
    twin_of: IntArray | None
    held_out: BoolArray | None
    roles: dict[str, str]
    faults: tuple[str, ...]


def recognise(table: Table, card: Card | None, cues: Sequence[str], *, other_ids: StrArray) -> Recognised:
    """Rows of a table.

    Parameters
    ----------
    table : Table
    card : Card or None         names of classes and cues
    cues : sequence of str      cue columns asked for; several give their row-major product
    other_ids : str array       ids where no id column exists

    Raises
    ------
    InputError
        A column is missing or ambiguous, or a value cannot be understood.
    """
    split_column = columns.require(table, columns.SPLIT, "split")
    class_column = columns.require(table, columns.CLASS, "class")
    cue_columns = columns.choose_cues(table, card, cues, (class_column, split_column))
    classes = encode(class_column, table.columns[class_column], card.classes if card else {}, prefix="y")
    cue = encode_cues(table, card, cue_columns)
    split = encode_splits(split_column, table.columns[split_column])
    id_column = columns.find(table.names, columns.ID, "id")
    ids = other_ids if id_column is None else table.columns[id_column]
    check_filled(id_column or "id", ids)
    twin_of, cluster, shared = _dependence(table, ids)
    naming = Naming(classes.names, cue.names, cue_columns, classes.named and cue.named)
    rows = Rows(ids, classes.ids, cue.ids, split, naming, cluster)
    held_out_column = columns.find(table.names, columns.HELD_OUT, "held-out rows")
    held_out = None if held_out_column is None else encode_flags(held_out_column, table.columns[held_out_column])
    roles = {"id": id_column or "", "class": class_column, "cue": ", ".join(cue_columns), "split": split_column}
    roles["held out"] = held_out_column or ""
    roles = {role: column for role, column in {**roles, **shared}.items() if column}
    return Recognised(rows, twin_of, held_out, roles, _faults(cluster, split, shared))


def encode_cues(table: Table, card: Card | None, cue_columns: Sequence[str]) -> Encoded:
    """The cue of each row: one column, or the row-major product of several."""
    parts = []
    for name in cue_columns:
        part = encode(name, table.columns[name], (card.cues if card else {}).get(name, {}), prefix=name)
        check_few(name, part)
        parts.append(part)
    whole = product(parts)
    check_few(" x ".join(cue_columns), whole)
    return whole


def _dependence(table: Table, ids: StrArray) -> tuple[IntArray | None, IntArray | None, dict[str, str]]:
    """Twin positions, cluster ids, and the columns that they came from."""
    twin_column = columns.find(table.names, columns.TWIN_OF, "twin")
    keys = [found for rank in columns.CLUSTER if (found := columns.find(table.names, (rank,), "cluster"))]
    twin_of = None if twin_column is None else twin_positions(twin_column, table.columns[twin_column], ids)
    if twin_of is None and not keys:
        return None, None, {}
    values = [np.where(np.char.lower(table.columns[key]) == "nan", "", table.columns[key]) for key in keys]
    return twin_of, cluster_rows(values, twin_of, len(ids)), {"cluster": ", ".join(keys), "twin_of": twin_column or ""}


def _faults(cluster: IntArray | None, split: IntArray, shared: dict[str, str]) -> tuple[str, ...]:
    if cluster is None or not (count := straddling(cluster, split)):
        return ()
    source = ", ".join(column for column in shared.values() if column)
    total = len(np.unique(cluster))
    return (f"{count} of {total} clusters ({source}) have rows in more than one split",)
