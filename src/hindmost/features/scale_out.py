"""Extraction on many machines by Ray: the same rows on the same shelf as ``fill``, to the last bit.

Ray Data keeps a pool of workers. Each builds the network by itself, reads its own images and runs the very code of
``fill`` on one shard's rows at a time; the shards come back in order and are written here. Nothing but addresses
goes out and nothing but rows and maps comes back.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterator

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import IntArray
from hindmost.features._ray_watch import watched
from hindmost.features._ray_worker import Done, Order, Piece, Worker
from hindmost.features.addressed import Addressed
from hindmost.features.fill import SetAside, positions_of, refuse
from hindmost.features.plan import PIECE, Plan, planned
from hindmost.features.ray_cluster import Workers, check_room, connected, environment
from hindmost.features.recipe import Recipe
from hindmost.features.shelf import Shelf


def fill_by_ray(
    photographs: Addressed,
    recipe: Recipe,
    shelf: Shelf,
    *,
    workers: Workers,
    maps_for: Collection[int] = (),
    progress: Progress = silent,
    set_aside: SetAside = refuse,
) -> None:
    """Compute what the shelf lacks of these photographs on the connected cluster, and keep it shard by shard.

    Parameters
    ----------
    photographs : Addressed     every machine must be able to read the addresses
    recipe : callable           makes the network on each machine; see ``network_of``
    shelf : Shelf               of ``FeatureStore.shelf``; written by this process only
    workers : Workers
    maps_for, progress, set_aside   see ``fill``; heard from this thread, in order, once a shard

    Raises
    ------
    MissingExtra    Ray is not installed
    InputError      no cluster is connected or it is too small; a machine makes another network; and as ``fill``
    """
    shown = positions_of(maps_for, len(photographs))
    rows, maps = shelf.index("rows"), shelf.index("maps")
    plan = planned(photographs.contents, shown, rows=rows, maps=maps, batch=shelf.batch)
    done = plan.distinct - len(plan.absent)
    progress("features", done, plan.distinct)
    for part, piece in _results(plan, photographs, recipe, shelf, workers):
        if piece.refused is not None:
            raise InputError(piece.refused)
        _name(piece, plan.absent[part], photographs, set_aside)
        for kind, contents, arrays in piece.shards:
            shelf.add(kind, contents, arrays)
        done += part.stop - part.start
        progress("features", done, plan.distinct)


def _results(
    plan: Plan, photographs: Addressed, recipe: Recipe, shelf: Shelf, workers: Workers
) -> Iterator[tuple[slice, Done]]:
    """What the cluster makes of each shard's rows, in order."""
    parts = _parts(plan)
    if not parts:
        return
    ray = connected()
    check_room(workers)
    order = Order(recipe, photographs.decode, shelf.provenance, shelf.batch, shelf.precision, workers.readers)
    pieces = [{"piece": pickle.dumps(_piece(plan, part, photographs))} for part in parts]
    data = ray.data.from_items(pieces, override_num_blocks=len(pieces)).map_batches(
        Worker,
        fn_constructor_args=(order,),
        batch_size=None,
        compute=ray.data.ActorPoolStrategy(size=min(workers.count, len(parts))),
        num_cpus=workers.threads,
        runtime_env=environment(workers.threads),
    )
    data.context.execution_options.preserve_order = True
    data.context.enable_progress_bars = False
    data.context.print_on_execution_start = False
    rows = data.iter_batches(batch_size=None, prefetch_batches=0)  # each as soon as it is there
    for part, row in zip(parts, watched(rows, workers.threads), strict=True):
        yield part, pickle.loads(row["done"][0])


def _parts(plan: Plan) -> list[slice]:
    """The rows of each shard, as parts of ``plan.absent``; where ``fill`` ends its shards."""
    n, size = len(plan.absent), plan.batch * PIECE
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def _piece(plan: Plan, part: slice, photographs: Addressed) -> Piece:
    mine = photographs.take(plan.absent[part])
    return Piece(list(mine.addresses), mine.contents, plan.new[part], plan.shown[part])


def _name(piece: Done, rows: IntArray, photographs: Addressed, set_aside: SetAside) -> None:
    """Say which rows have no image, every position of the same content."""
    for row, reason in piece.set_aside:
        for position in np.flatnonzero(photographs.contents == photographs.contents[rows[row]]).tolist():
            set_aside(position, reason)
