"""Which rows go through the network together, and which batches are kept in one shard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import BoolArray, IntArray
from hindmost.features.digests import Digests
from hindmost.features.index import Index

PIECE = 4  # batches a shard: what an interruption may lose
_BLOCK = 65_536  # names compared at a time


@dataclass(frozen=True)
class Plan:
    """What is still to be computed, in order.

    A shard is always ``PIECE`` whole batches of rows that were absent, so an extraction that was interrupted
    goes on with the same batches and the same shards as one that ran through.

    Parameters
    ----------
    absent : int array, ascending       positions to embed, one for each content
    new : bool array, like absent       True where the row is not kept yet (else only its map is missing)
    shown : bool array, like absent     True where the map is wanted and not kept yet
    distinct : int                      contents in all, kept ones too
    batch : int                         rows a forward pass
    """

    absent: IntArray
    new: BoolArray
    shown: BoolArray
    distinct: int
    batch: int

    def batches(self) -> Iterator[slice]:
        """The part of ``absent`` that each forward pass sees."""
        n = len(self.absent)
        return (slice(start, min(start + self.batch, n)) for start in range(0, n, self.batch))

    def ends(self, stop: int) -> bool:
        """True where a shard ends after the first ``stop`` absent rows."""
        return stop == len(self.absent) or stop % (self.batch * PIECE) == 0


def planned(contents: Digests, shown: IntArray, *, rows: Index, maps: Index, batch: int) -> Plan:
    """What ``rows`` and ``maps`` lack of these contents.

    Parameters
    ----------
    contents : S32 array, shape (n,)
    shown : int array       positions whose maps are wanted
    """
    first = _firsts(contents)
    asked = np.unique(contents[shown])
    blocks = [first[start : start + _BLOCK] for start in range(0, len(first), _BLOCK)]
    new = np.concatenate([rows.find(contents[block]) < 0 for block in blocks])
    wanted = np.concatenate([np.isin(contents[block], asked) for block in blocks])
    kept_maps = maps.find(contents[first[wanted]]) >= 0
    wanted[np.flatnonzero(wanted)[kept_maps]] = False
    absent = new | wanted
    return Plan(first[absent], new[absent], wanted[absent], len(first), batch)


def _firsts(contents: Digests) -> IntArray:
    """The first position of each content, ascending; beside the contents it holds 10 bytes a row."""
    order = np.argsort(contents, kind="stable")
    leads = np.ones(len(order), dtype=np.bool_)
    for start in range(1, len(order), _BLOCK):
        pairs = contents[order[start - 1 : start + _BLOCK]]
        leads[start : start + _BLOCK] = pairs[1:] != pairs[:-1]
    return np.sort(order[leads]).astype(np.int64)
