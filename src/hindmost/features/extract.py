"""Features of a list of images that is known as a whole, each by its position."""

from __future__ import annotations

from collections.abc import Collection

from hindmost.core.progress import Progress, silent
from hindmost.features.digests import of_positions
from hindmost.features.fill import Embed, fill
from hindmost.features.gather import Extracted, gather
from hindmost.features.made import BATCH
from hindmost.features.photographs import Load, Photographs
from hindmost.features.store import FeatureStore


def extract(
    n: int,
    load: Load,
    embed: Embed,
    *,
    store: FeatureStore,
    key: str,
    batch: int = BATCH,
    maps_for: Collection[int] = (),
    threads: int = 2,
    progress: Progress = silent,
) -> Extracted:
    """Embed ``n`` images in one pass, or read what an earlier pass kept.

    Parameters
    ----------
    load : callable         position in 0..n-1 -> uint8 (side, side, 3); called from several threads
    embed : callable        one forward pass
    store, key              where shards are kept, and the hash of everything that they depend on (``feature_key``)
    batch : int             images a forward pass
    maps_for : positions    rows whose activations before pooling are kept too; empty: none
    threads : int           threads that decode

    Returns
    -------
    See ``gather``. Where the content of each image is known, ``fill`` and ``gather`` over ``store.shelf(made)``
    do the same and share rows between lists.
    """
    shelf = store.shelf_of_positions(key, batch)
    photographs = Photographs(load, of_positions(n))
    fill(photographs, embed, shelf, maps_for=maps_for, threads=threads, progress=progress)
    return gather(shelf, photographs.contents, maps_for=maps_for)
