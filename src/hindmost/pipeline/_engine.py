"""Step: where the work of this run is done, for as long as it lasts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from hindmost.features.engines import Engine, LocalEngine, RayEngine
from hindmost.features.ray_cluster import Workers, check_room, import_ray, most_workers, ray_cluster
from hindmost.pipeline.options import EngineOptions, Talk

HERE = "local"


def check_engine(options: EngineOptions) -> None:
    """Raise MissingExtra where Ray is asked for and not installed; nothing is started."""
    if options.engine == "ray":
        import_ray()


@contextmanager
def engine_for(options: EngineOptions, talk: Talk) -> Iterator[Engine]:
    """This process, or a Ray cluster with room for the workers, connected until the block ends.

    Raises
    ------
    MissingExtra    Ray is not installed
    InputError      no cluster answers, or it is too small
    """
    if options.engine == "local":
        yield LocalEngine()
        return
    address, threads = options.address or HERE, options.threads or 1
    count = options.workers or max(1, processors() // threads)
    slots = Workers(count, threads).cpus if address == HERE else None
    with ray_cluster(address, cpus=slots):
        if address != HERE:
            count = options.workers or max(1, most_workers(threads))
        workers = Workers(count, threads)
        check_room(workers)
        talk.notice(f"Engine: Ray at {address} (workers: {count}, threads of each: {threads})")
        yield RayEngine(workers)


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
