"""Spreads work over processes and hands the results back in order."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar, TypeVarTuple, Unpack

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


def spread(
    work: Callable[[Unpack[Arguments]], Result], calls: Sequence[tuple[*Arguments]], workers: int
) -> Iterator[Result]:
    """Results of ``work(*arguments)`` for each call, in the order of the calls.

    With one worker everything runs in this process. Otherwise fresh processes are spawned, not
    forked: a fork would copy the locks of threads that other libraries started here.
    """
    if workers == 1 or len(calls) <= 1:
        for arguments in calls:
            yield work(*arguments)
        return
    pool = ProcessPoolExecutor(min(workers, len(calls)), mp_context=get_context("spawn"), initializer=leave_ctrl_c)
    try:
        yield from pool.map(work, *zip(*calls, strict=True))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def leave_ctrl_c() -> None:
    """Ctrl-C reaches every process of a terminal; only the parent answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
