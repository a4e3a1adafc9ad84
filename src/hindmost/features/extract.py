"""Features of many photographs: decoded ahead, embedded in batches of one shape, kept piece by piece.

A row's batch does not depend on what is already kept, and the last batch is padded to the full shape. So an
extraction that was interrupted and resumed gives the same numbers as one that ran through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hindmost.core.features import Activations, Embedded
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import IntArray
from hindmost.features.plan import Plan
from hindmost.features.store import Arrays, FeatureStore

Pixels = NDArray[np.uint8]
Load = Callable[[int], Pixels]
Extracted = tuple[NDArray[np.float32], NDArray[np.float32] | None, Activations | None]


class Embed(Protocol):
    """What a backbone offers: one forward pass over a batch (n, side, side, 3)."""

    def __call__(self, batch: Pixels, *, maps: bool = False) -> Embedded: ...


def extract(
    n: int,
    load: Load,
    embed: Embed,
    *,
    store: FeatureStore,
    key: str,
    batch: int = 64,
    maps_for: Collection[int] = (),
    threads: int = 2,
    progress: Progress = silent,
) -> Extracted:
    """Embed ``n`` images in one pass, or read what an earlier pass kept.

    Parameters
    ----------
    load : callable         position in 0..n-1 -> uint8 (side, side, 3); called from several threads
    embed : callable        one forward pass
    store, key              where pieces are kept, and under which name (see ``feature_key``)
    batch : int             images a forward pass
    maps_for : positions    rows whose activations before pooling are kept too; empty: none
    threads : int           threads that decode

    Returns
    -------
    X : float32 array (n, d)
    logits : float32 array (n, c), or None where the network has no head
    activations : Activations, or None where ``maps_for`` is empty
    """
    plan = Plan(n, batch, np.array(sorted({int(position) for position in maps_for}), dtype=np.int64))
    key = plan.key(key)
    pieces = {piece: store.read(key, piece) for piece in plan.pieces}
    absent = [piece for piece, arrays in pieces.items() if arrays is None]
    with ThreadPoolExecutor(threads) as pool:
        for piece, arrays in _computed(plan, absent, _ahead(plan, absent, load, pool), embed, progress):
            store.write(key, piece, arrays)
            pieces[piece] = arrays
    return _joined([arrays for arrays in pieces.values() if arrays is not None], plan.shown)


def _computed(
    plan: Plan, absent: Sequence[int], decoded: Iterator[Pixels], embed: Embed, progress: Progress
) -> Iterator[tuple[int, Arrays]]:
    """The arrays of each absent piece, in order."""
    done = plan.n - sum(plan.rows_of(piece) for piece in absent)
    progress("features", done, plan.n)
    for piece in absent:
        parts = []
        for rows in plan.batches(piece):
            parts.append(_embedded(rows, next(decoded), embed, plan.shown))
            done += len(rows)
            progress("features", done, plan.n)
        yield piece, _stacked(parts)


def _embedded(rows: IntArray, pixels: Pixels, embed: Embed, shown: IntArray) -> Arrays:
    """One forward pass, without the padding; maps only of the shown rows."""
    here = np.isin(rows, shown)
    result = embed(pixels, maps=bool(here.any()))
    arrays: Arrays = {"X": result.X[: len(rows)]}
    if result.logits is not None:
        arrays["logits"] = result.logits[: len(rows)]
    if result.maps is not None:
        arrays["maps"] = result.maps[: len(rows)][here]
    return arrays


def _ahead(plan: Plan, absent: Sequence[int], load: Load, pool: ThreadPoolExecutor) -> Iterator[Pixels]:
    """The pixels of each batch, padded to the full shape; the next batch decodes while this one is used."""
    batches = [rows for piece in absent for rows in plan.batches(piece)]
    waiting = [[pool.submit(load, int(row)) for row in rows] for rows in batches[:1]]
    for number in range(len(batches)):
        waiting += [[pool.submit(load, int(row)) for row in rows] for rows in batches[number + 1 : number + 2]]
        images = [future.result() for future in waiting.pop(0)]
        images += [images[-1]] * (plan.batch - len(images))
        yield np.stack(images)


def _stacked(parts: Sequence[Arrays]) -> Arrays:
    """Arrays of consecutive rows, one below the other; a part without shown rows has no maps."""
    names = sorted({name for part in parts for name in part})
    return {name: np.concatenate([part[name] for part in parts if name in part]) for name in names}


def _joined(pieces: Sequence[Arrays], shown: IntArray) -> Extracted:
    arrays = _stacked(pieces)
    activations = Activations(shown, arrays["maps"]) if shown.size else None
    return arrays["X"], arrays.get("logits"), activations
