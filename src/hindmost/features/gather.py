"""Reading back: the numbers of chosen photographs from a shelf, all at once or chunk by chunk."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.features import Activations
from hindmost.core.rows import IntArray
from hindmost.features.digests import Digests
from hindmost.features.index import Index
from hindmost.features.shelf import Arrays, Kind, Shelf

Extracted = tuple[NDArray[np.float32], NDArray[np.float32] | None, Activations | None]
CHUNK = 16_384


def gather(shelf: Shelf, contents: Digests, *, maps_for: Collection[int] = ()) -> Extracted:
    """Everything that a shelf holds of some photographs.

    Parameters
    ----------
    contents : S32 array, shape (n,)    see ``digests``
    maps_for : positions                rows whose maps are wanted

    Returns
    -------
    X : float32 array (n, d)
    logits : float32 array (n, c), or None where the network has no head
    activations : Activations, positions ascending, or None where ``maps_for`` is empty

    Raises
    ------
    InputError
        A row or a map is not kept.
    """
    arrays = _taken(shelf, "rows", shelf.index("rows"), contents)
    shown = np.array(sorted({int(position) for position in maps_for}), dtype=np.int64)
    if not shown.size:
        return arrays["X"], arrays.get("logits"), None
    maps = _taken(shelf, "maps", shelf.index("maps"), contents[shown])["maps"]
    return arrays["X"], arrays.get("logits"), Activations(shown, maps)


def chunks(
    shelf: Shelf, contents: Digests, *, size: int = CHUNK
) -> Iterator[tuple[slice, NDArray[np.float32], NDArray[np.float32] | None]]:
    """The same rows ``size`` at a time: positions, X, logits. Memory does not grow with n.

    Raises
    ------
    InputError
        A row is not kept.
    """
    index = shelf.index("rows")
    for start in range(0, len(contents), size):
        part = slice(start, min(start + size, len(contents)))
        arrays = _taken(shelf, "rows", index, contents[part])
        yield part, arrays["X"], arrays.get("logits")


def _taken(shelf: Shelf, kind: Kind, index: Index, contents: Digests) -> Arrays:
    """Arrays in the order of ``contents``, each value as float32."""
    places = _found(kind, index, contents)
    out: Arrays = {}
    for where, arrays in shelf.read(index, places):
        for name, array in arrays.items():
            if name not in out:
                out[name] = np.empty((len(contents), *array.shape[1:]), dtype=np.float32)
            out[name][where] = array
    return out


def _found(kind: Kind, index: Index, contents: Digests) -> IntArray:
    places = index.find(contents)
    if (places < 0).any():
        raise InputError(
            f"{int((places < 0).sum())} of {len(contents)} {kind} are not in the feature cache. Extract them first."
        )
    return places
