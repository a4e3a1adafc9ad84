"""Extraction: what a shelf lacks of some photographs is decoded, embedded and kept, in bounded memory.

Every forward pass has the full batch shape, and a row's numbers depend neither on its companions in the batch
nor on its place there (docs/store.md says how that was measured). So a row is computed once for its content,
whatever else lies in the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.features import Embedded
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import IntArray
from hindmost.features.ahead import Batch, decoded
from hindmost.features.columns import as_precision
from hindmost.features.digests import Digests
from hindmost.features.photographs import Photographs, Pixels
from hindmost.features.plan import Plan, planned
from hindmost.features.shelf import Arrays, Shelf

SetAside = Callable[[int, str], None]


class Embed(Protocol):
    """What a backbone offers: one forward pass over a batch (n, side, side, 3)."""

    def __call__(self, batch: Pixels, *, maps: bool = False) -> Embedded: ...


def refuse(position: int, reason: str) -> None:
    """Stop at the first image that cannot be used; the default of ``set_aside``.

    Raises
    ------
    InputError
    """
    raise InputError(reason)


def fill(
    photographs: Photographs,
    embed: Embed,
    shelf: Shelf,
    *,
    maps_for: Collection[int] = (),
    threads: int = 2,
    progress: Progress = silent,
    set_aside: SetAside = refuse,
) -> None:
    """Compute what the shelf lacks of these photographs, and keep it shard by shard.

    Parameters
    ----------
    embed : callable        one forward pass
    maps_for : positions    rows whose activations before pooling are kept too, in the same pass
    threads : int           threads that decode
    set_aside : callable    hears the position and reason of each image that cannot be used, in order, from this
                            thread. It returns, and extraction goes on without that row, or it raises. Every
                            position of the same content is named. Such rows are tried again by the next ``fill``

    Raises
    ------
    InputError
        A position lies outside, an image cannot be used (by default), or the disk cannot be written.
    """
    shown = positions_of(maps_for, len(photographs))
    plan = planned(photographs.contents, shown, rows=shelf.index("rows"), maps=shelf.index("maps"), batch=shelf.batch)
    done, distinct = plan.distinct - len(plan.absent), plan.distinct
    progress("features", done, distinct)
    kept: list[Arrays] = []
    for batch in decoded(plan, photographs.load, threads):
        _name(batch, plan, photographs, set_aside)
        if batch.pixels is not None:
            kept.append(_embedded(batch, batch.pixels, plan, embed))
        if plan.ends(batch.part.stop):
            _keep(kept, plan.absent, photographs.contents, shelf)
            kept = []
        done += batch.part.stop - batch.part.start
        progress("features", done, distinct)


def _embedded(batch: Batch, pixels: Pixels, plan: Plan, embed: Embed) -> Arrays:
    """One forward pass, without padding and images that are set aside; maps only of the shown rows."""
    places = np.flatnonzero(batch.good)
    at = batch.part.start + places
    new, shown = plan.new[at], plan.shown[at]
    result = embed(pixels, maps=bool(shown.any()))
    arrays: Arrays = {"at": at[new], "X": result.X[places[new]]}
    if result.logits is not None:
        arrays["logits"] = result.logits[places[new]]
    if result.maps is not None:
        arrays |= {"maps_at": at[shown], "maps": result.maps[places[shown]]}
    return arrays


def _keep(parts: Sequence[Arrays], absent: IntArray, contents: Digests, shelf: Shelf) -> None:
    """One shard of maps, then one of rows: a row that is kept never waits for its map."""
    names = sorted({name for part in parts for name in part})
    arrays = {name: np.concatenate([part[name] for part in parts if name in part]) for name in names}
    if "maps" in arrays and len(arrays["maps"]):
        shelf.add("maps", contents[absent[arrays["maps_at"]]], {"maps": arrays["maps"]})
    if "X" in arrays and len(arrays["X"]):
        rows = {"X": as_precision(arrays["X"], shelf.precision)}
        if "logits" in arrays:
            rows["logits"] = arrays["logits"]
        shelf.add("rows", contents[absent[arrays["at"]]], rows)


def _name(batch: Batch, plan: Plan, photographs: Photographs, set_aside: SetAside) -> None:
    """Say which rows have no image, every position of the same content."""
    lost = plan.absent[batch.part][~batch.good]
    for row, reason in zip(lost.tolist(), batch.reasons):
        for position in np.flatnonzero(photographs.contents == photographs.contents[row]).tolist():
            set_aside(position, reason)


def positions_of(maps_for: Collection[int], n: int) -> IntArray:
    """The positions once each, ascending; InputError where one lies outside 0..n-1."""
    shown = np.array(sorted({int(position) for position in maps_for}), dtype=np.int64)
    if shown.size and not 0 <= shown[0] <= shown[-1] < n:
        raise InputError(f"maps_for must lie in 0..{n - 1}, but {shown[0]}..{shown[-1]} came. Pass row positions.")
    return shown
