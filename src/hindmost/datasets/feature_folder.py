"""A folder of features that ``hindmost features`` published: Parquet files with names, head and provenance inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hindmost.core import published
from hindmost.core.dataset import Card, Dataset, SetAside
from hindmost.core.errors import InputError
from hindmost.core.rows import Naming, Rows
from hindmost.datasets.clusters import straddling, twin_positions
from hindmost.datasets.feature_parts import Parts, columns_of, opened


def read_feature_folder(
    path: Path, *, metadata: Path | None = None, card: Card | None = None, cues: Sequence[str] = ()
) -> Dataset:
    """Features of every row, the network's own outputs and head, and what made them.

    Parameters
    ----------
    path : Path                 the folder
    metadata : Path, optional   refused: the folder holds its own table
    card : Card, optional       other names of classes and of the cue, where it is one column
    cues : sequence of str      the columns that the folder was written with, or none

    Raises
    ------
    InputError
        A file is damaged, missing or of another run, or an option asks for what the folder does not hold.
    """
    if metadata is not None:
        raise InputError(f"{path} holds its own table, but --metadata {metadata} came. Leave --metadata out.")
    parts = opened(path)
    naming = _named(published.naming_of_plain(parts.meta["naming"]), card)
    if cues and tuple(cues) != naming.columns:
        raise InputError(
            f"{path} was written with the cue {', '.join(naming.columns)}, but --cue {', '.join(cues)} came. "
            "Write it again from the images with that cue; features that are kept are not computed again."
        )
    columns = columns_of(parts)
    about = parts.meta.get(published.DATA, {})
    ids, cluster = columns["id"], columns.get(published.CLUSTER)
    rows = Rows(ids, columns["y"], columns["cue"], columns["split"], naming, cluster)
    twins = columns.get(published.TWIN_OF)
    return Dataset(
        name=(card.name if card else "") or about.get("name") or path.resolve().name,
        rows=rows,
        X=columns["X"],
        logits=columns.get(published.LOGITS),
        head=published.head_of_plain(parts.meta["head"]) if "head" in parts.meta else None,
        early=columns.get(published.EARLY),
        held_out=columns.get(published.HELD_OUT),
        twin_of=None if twins is None else twin_positions(published.TWIN_OF, twins, ids),
        recognised=_recognised(path, parts, naming),
        set_aside=tuple(SetAside(**one) for one in about.get("set_aside", ())),
        known_faults=_faults(about, card, rows),
        provenance={name: value for name, value in parts.meta.items() if name not in published.OURS},
    )


def _named(naming: Naming, card: Card | None) -> Naming:
    """The names that a card gives, over those that were written."""
    if card is None:
        return naming
    classes = tuple(card.classes.get(at, name) for at, name in enumerate(naming.classes))
    only = card.cues.get(naming.columns[0], {}) if len(naming.columns) == 1 else {}
    cues = tuple(only.get(at, name) for at, name in enumerate(naming.cues))
    named = naming.named or (len(card.classes) == len(classes) and len(only) == len(cues))
    return Naming(classes, cues, naming.columns, named)


def _recognised(path: Path, parts: Parts, naming: Naming) -> dict[str, str]:
    known = set(parts.schema.names)
    kept = "float16" if pa.types.is_float16(parts.schema.field("X").type.value_type) else "float32"
    roles = {"logits": published.LOGITS, "early logits": published.EARLY, "held out": published.HELD_OUT}
    roles |= {"cluster": published.CLUSTER, "twin_of": published.TWIN_OF}
    found = {"layout": "folder of features", "table": path.resolve().name, "features": f"X ({kept})"}
    found |= {"head": "in the schema"} if "head" in parts.meta else {}
    found |= {"id": "id", "class": "y", "cue": ", ".join(naming.columns), "split": "split"}
    return found | {role: column for role, column in roles.items() if column in known}


def _faults(about: Mapping[str, Any], card: Card | None, rows: Rows) -> tuple[str, ...]:
    """What is known to be wrong: as it was written, or a card's list and what the rows show."""
    if card is None and "known_faults" in about:
        return tuple(about["known_faults"])
    known = card.known_faults if card else ()
    if rows.cluster is None or not (count := straddling(rows.cluster, rows.split)):
        return known
    total = len(np.unique(rows.cluster))
    return (*known, f"{count} of {total} clusters ({published.CLUSTER}) have rows in more than one split")
