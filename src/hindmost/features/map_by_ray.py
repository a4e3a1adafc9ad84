"""A function over many items as Ray tasks: heads, resamples and sweeps, each item a task of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from hindmost.core.errors import InputError
from hindmost.features.ray_cluster import connected, environment, node_sizes

T = TypeVar("T")
R = TypeVar("R")


def map_by_ray(function: Callable[[T], R], items: Iterable[T], *, cpus_per_task: int = 1) -> list[R]:
    """``[function(item) for item in items]`` on the connected cluster, with the same results in the same order.

    A task whose machine dies is run again elsewhere, so the function must depend on nothing but its item: random
    numbers come from a seed in the item.

    Parameters
    ----------
    function : callable     sent once; large arrays that all items share belong into a ``functools.partial``
    items : iterable
    cpus_per_task : int     CPUs that a task takes, and threads that linear algebra uses in it

    Returns
    -------
    list, one result an item. An exception of the function rises as in a loop: that of the first item in order

    Raises
    ------
    MissingExtra    Ray is not installed
    InputError      no cluster is connected, or none of its machines has ``cpus_per_task`` CPUs
    """
    ray = connected()
    _check(cpus_per_task)
    options = {"num_cpus": cpus_per_task, "runtime_env": environment(cpus_per_task), "max_retries": 3}
    task = ray.remote(**options)(limited)
    shared = ray.put(function)
    waiting = [task.remote(shared, item, cpus_per_task) for item in items]
    try:
        return [ray.get(result) for result in waiting]
    except ray.exceptions.RayTaskError as error:
        for result in waiting:
            ray.cancel(result)
        raise (error.cause or error) from error


def limited(function: Callable[[T], R], item: T, threads: int) -> R:
    """One call with a fixed number of threads for linear algebra: sums depend on it in their last bits."""
    with threadpool_limits(threads):
        return function(item)


def _check(cpus: int) -> None:
    sizes: list[Any] = node_sizes()
    if cpus < 1 or max(sizes, default=0) < cpus:
        raise InputError(
            f"cpus_per_task must lie in 1..{max(sizes, default=0)}, the CPUs of the largest machine of the Ray "
            f"cluster, but {cpus} came. A task runs on one machine."
        )
