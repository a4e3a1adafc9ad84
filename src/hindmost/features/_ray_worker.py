"""What runs on the other machines: one process builds the network and turns pieces into arrays.

A piece goes through ``fill`` itself, with a tray in place of the shelf, so its numbers are those of ``fill``.
"""

from __future__ import annotations

import os
import pickle
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray
from hindmost.features.addressed import Addressed, Decode
from hindmost.features.digests import Digests
from hindmost.features.fill import fill
from hindmost.features.index import Index, indexed
from hindmost.features.recipe import Network, Recipe, network_of
from hindmost.features.shelf import Arrays, Kind, Shelf

Sent = NDArray[np.object_]  # of bytes, shape (1,)


@dataclass(frozen=True)
class Order:
    """What every worker is told once: how to make the network and decode, and what the shelf expects."""

    recipe: Recipe
    decode: Decode
    provenance: Mapping[str, Any]
    batch: int
    precision: str
    readers: int


@dataclass(frozen=True)
class Piece:
    """One shard's rows: as in a ``Plan``, each row is new, shown or both."""

    addresses: list[str]
    contents: Digests
    new: BoolArray
    shown: BoolArray


@dataclass
class Done:
    """What became of a piece: shards to keep in order, rows without an image, or why nothing could be done."""

    shards: list[tuple[Kind, Digests, Arrays]] = field(default_factory=list)
    set_aside: list[tuple[int, str]] = field(default_factory=list)
    refused: str | None = None


class Tray(Shelf):
    """Holds the shards of one piece instead of writing them."""

    def __init__(self, kept: Digests, done: Done, *, batch: int, precision: str) -> None:
        super().__init__(Path(os.devnull), {}, [], batch=batch, precision=precision)
        self._kept, self._done = kept, done

    def index(self, kind: Kind) -> Index:
        return indexed([self.folder], [self._kept if kind == "rows" else self._kept[:0]])

    def add(self, kind: Kind, contents: Digests, arrays: Arrays) -> None:
        self._done.shards.append((kind, contents, arrays))


class Worker:
    """A callable of Ray Data: one row ``{"piece": bytes}`` in, one row ``{"done": bytes}`` out.

    Sentences for people travel as ``Done.refused``; anything else that goes wrong is a bug and rises through Ray.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._network: Network | None = None

    def __call__(self, row: Mapping[str, Sent]) -> dict[str, list[bytes]]:
        return {"done": [pickle.dumps(self._done(pickle.loads(row["piece"][0])))]}

    def _done(self, piece: Piece) -> Done:
        order, done = self._order, Done()
        try:
            self._network = self._network or network_of(order.recipe, order.provenance)
            fill(
                Addressed(piece.addresses, piece.contents, order.decode).photographs(),
                self._network.embed,
                Tray(piece.contents[~piece.new], done, batch=order.batch, precision=order.precision),
                maps_for=np.flatnonzero(piece.shown).tolist(),
                threads=order.readers,
                set_aside=lambda position, reason: done.set_aside.append((position, reason)),
            )
        except InputError as error:
            return Done(refused=f"On {platform.node()}: {error}")
        return done
