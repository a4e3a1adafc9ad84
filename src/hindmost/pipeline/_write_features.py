"""Step: features with everything that is known of their rows, as one file or as a published table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hindmost.features.chunk import Chunk
from hindmost.features.columns import as_precision
from hindmost.features.made import Precision
from hindmost.features.write_table import write_table
from hindmost.pipeline._data import Input
from hindmost.pipeline._extract import NONE, Extractor, how_made


@dataclass(frozen=True)
class Extracted:
    """What an extractor has made of an input.

    Parameters
    ----------
    given : Input               every row of which is kept
    extractor : Extractor
    held_out : bool array (n,) or None      train rows that the network's training did not see; None: not known
    precision : "float32" or "float16"      how features are written
    """

    given: Input
    extractor: Extractor
    held_out: np.ndarray | None
    precision: Precision


def write_file(path: Path, extracted: Extracted) -> str:
    """Write one ``.npz``; the name of its cue column."""
    found, _ = extracted.extractor.rows(extracted.given, NONE)
    rows, head = found.rows, extracted.extractor.network.backbone.head
    columns = rows.naming.columns
    cue = columns[0] if len(columns) == 1 else "cue"
    arrays: dict[str, Any] = {"X": as_precision(found.X, extracted.precision)}
    arrays |= {"y": rows.y, cue: rows.cue, "split": rows.split, "id": rows.ids}
    arrays |= {"coef": head.coef, "intercept": head.intercept}
    optional = {
        "logits": found.logits,
        "early_logits": found.early,
        "held_out": extracted.held_out,
        "source_id": rows.cluster,
        "twin_of": _twins(extracted.given),
    }
    arrays |= {name: values for name, values in optional.items() if values is not None}
    np.savez(path, **arrays)
    return cue


def write_folder(folder: Path, extracted: Extracted) -> None:
    """Write a published table, some rows in memory at a time."""
    dataset, backbone = extracted.given.dataset, extracted.extractor.network.backbone
    made = how_made(backbone).plain()
    write_table(
        folder,
        _chunks(extracted),
        provenance={**made, "backbone": backbone.name, "precision": extracted.precision},
        head=backbone.head,
        data={
            "name": dataset.name,
            "rows": len(dataset.rows),
            "known_faults": list(dataset.known_faults),
            "set_aside": [asdict(one) for one in dataset.set_aside],
        },
        precision=extracted.precision,
    )


def _chunks(extracted: Extracted) -> Iterator[Chunk]:
    """Rows in order, each with the hash of its image."""
    given, start = extracted.given, 0
    optional = (given.hashes, extracted.held_out, _twins(given))
    for features in extracted.extractor.chunks(given):
        part = slice(start, start + len(features.rows))
        yield Chunk(features, *[None if column is None else column[part] for column in optional])
        start = part.stop


def _twins(given: Input) -> np.ndarray | None:
    """The id of the row that each row is a twin of; "" where it is of none."""
    twin_of, ids = given.dataset.twin_of, given.dataset.rows.ids
    return None if twin_of is None else np.where(twin_of >= 0, ids[twin_of], "")
