"""A function over many items as Ray tasks: heads, resamples and sweeps, each item a task of its own."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from types import ModuleType
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.features.ray_cluster import connected, environment, node_sizes

AHEAD = 4  # tasks handed out for each slot of the cluster
T = TypeVar("T")
R = TypeVar("R")


def map_by_ray(
    function: Callable[[T], R], items: Iterable[T], *, cpus_per_task: int = 1, progress: Progress = silent
) -> list[R]:
    """``[function(item) for item in items]`` on the connected cluster, with the same results in the same order.

    A task whose machine dies is run again elsewhere, so the function must depend on nothing but its item: random
    numbers come from a seed in the item. Tasks are handed out a few for each slot at a time, so that after an error or
    an interruption little is left running. None is cancelled: Ray 2.60 ends this process where a cancelled task
    completes in the same moment.

    Parameters
    ----------
    function : callable     sent once; large arrays that all items share belong into a ``functools.partial``
    items : iterable
    cpus_per_task : int     CPUs that a task takes, and threads that linear algebra uses in it
    progress : Progress     hears how many items of the stage "tasks" are done, in their order

    Returns
    -------
    list, one result an item, which outlives the cluster. An exception of the function rises as in a loop: that of the
    first item in order

    Raises
    ------
    MissingExtra    Ray is not installed
    InputError      no cluster is connected, or none of its machines has ``cpus_per_task`` CPUs
    """
    ray = connected()
    _check(cpus_per_task)
    options = {"num_cpus": cpus_per_task, "runtime_env": environment(cpus_per_task), "max_retries": 3}
    task, shared, todo = ray.remote(**options)(_pickled), ray.put(function), list(items)
    ahead = AHEAD * max(1, sum(node_sizes()) // cpus_per_task)
    waiting = [task.remote(shared, item, cpus_per_task) for item in todo[:ahead]]
    results: list[Any] = []
    for done in range(len(todo)):
        progress("tasks", done, len(todo))
        results.append(_result(ray, waiting[done]))
        if done + ahead < len(todo):
            waiting.append(task.remote(shared, todo[done + ahead], cpus_per_task))
        waiting[done] = None
    progress("tasks", len(todo), len(todo))
    return results


def _result(ray: ModuleType, waiting: Any) -> Any:
    try:
        return pickle.loads(ray.get(waiting))
    except ray.exceptions.RayTaskError as error:
        raise (error.cause or error) from error


def _pickled(function: Callable[[T], R], item: T, threads: int) -> bytes:
    """The result as bytes: arrays that Ray hands over are read-only views of memory that goes with the cluster."""
    from ray import cloudpickle

    return bytes(cloudpickle.dumps(limited(function, item, threads)))


def limited(function: Callable[[T], R], item: T, threads: int | None) -> R:
    """One call with a fixed number of threads for linear algebra: sums depend on it in their last bits.

    None: as many as there are.
    """
    with nullcontext() if threads is None else threadpool_limits(threads):
        return function(item)


def _check(cpus: int) -> None:
    sizes: list[Any] = node_sizes()
    if cpus < 1 or max(sizes, default=0) < cpus:
        raise InputError(
            f"cpus_per_task must lie in 1..{max(sizes, default=0)}, the CPUs of the largest machine of the Ray "
            f"cluster, but {cpus} came. A task runs on one machine."
        )
