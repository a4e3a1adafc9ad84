"""Rows that come from a cluster, and a sentence where no more can come because its machines are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

from hindmost.core.errors import InputError
from hindmost.features.ray_cluster import node_sizes

T = TypeVar("T")

LOST = 60.0  # seconds without a row before the machines are counted again
_POLL = 0.5


def watched(rows: Iterable[T], threads: int) -> Iterator[T]:
    """The same rows in the same order, read by a thread of their own. Ray itself would wait for ever.

    Parameters
    ----------
    rows : iterable     whose ``next`` may block
    threads : int       CPUs that a worker needs on one machine

    Raises
    ------
    InputError
        No row came for a while, and no machine that is left has room for a worker.
    """
    found: Queue[tuple[T | None, BaseException | None]] = Queue(1)
    stopped = Event()
    Thread(target=_read, args=(rows, found, stopped), name="hindmost-rows", daemon=True).start()
    try:
        while True:
            row, end = _next(found, threads)
            if isinstance(end, StopIteration):
                return
            if end is not None:
                raise end
            assert row is not None
            yield row
    finally:
        stopped.set()


def _read(rows: Iterable[T], found: Queue[tuple[T | None, BaseException | None]], stopped: Event) -> None:
    """Hand over each row, then why there are no more."""
    try:
        for row in rows:
            if not _handed((row, None), found, stopped):
                return  # leaving the loop closes the rows, which stops what makes them
        end: BaseException = StopIteration()
    except BaseException as error:  # all of them: the other thread raises it
        end = error
    _handed((None, end), found, stopped)


def _handed(
    entry: tuple[T | None, BaseException | None], found: Queue[tuple[T | None, BaseException | None]], stopped: Event
) -> bool:
    while not stopped.is_set():
        try:
            found.put(entry, timeout=_POLL)
            return True
        except Full:
            continue
    return False


def _next(found: Queue[tuple[T | None, BaseException | None]], threads: int) -> tuple[T | None, BaseException | None]:
    while True:
        try:
            return found.get(timeout=LOST)
        except Empty:
            _check_machines(threads)


def _check_machines(threads: int) -> None:
    sizes = node_sizes()
    if max(sizes, default=0) < threads:
        raise InputError(
            f"Machines of the Ray cluster were lost: {sum(sizes)} CPUs are left, and none has room for a worker of "
            f"{threads}. Finished shards are kept. Add machines and run again: it goes on where it stopped."
        )
