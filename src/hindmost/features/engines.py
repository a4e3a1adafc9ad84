"""Where the work runs: in this process, or on a Ray cluster. The results are the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hindmost.core.progress import Progress, silent
from hindmost.features.addressed import Addressed
from hindmost.features.fill import SetAside, fill, refuse
from hindmost.features.map_by_ray import limited, map_by_ray
from hindmost.features.ray_cluster import Workers
from hindmost.features.recipe import Recipe, network_of
from hindmost.features.scale_out import fill_by_ray
from hindmost.features.shelf import Shelf

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Extraction, and a function over many items."""

    def fill(
        self,
        photographs: Addressed,
        recipe: Recipe,
        shelf: Shelf,
        *,
        maps_for: Collection[int] = (),
        progress: Progress = silent,
        set_aside: SetAside = refuse,
    ) -> None:
        """Compute and keep what the shelf lacks of these photographs; see ``fill``."""
        ...

    def map(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        *,
        cpus_per_task: int | None = 1,
        progress: Progress = silent,
    ) -> list[R]:
        """``[function(item) for item in items]``; linear algebra uses ``cpus_per_task`` threads.

        None: as many as the engine has, which are this process's own, or those of one worker. ``progress`` hears
        how many items of the stage "tasks" are done, in their order.
        """
        ...


@dataclass(frozen=True)
class LocalEngine:
    """This process: ``readers`` threads decode, items go one after another."""

    readers: int = 2

    def fill(
        self,
        photographs: Addressed,
        recipe: Recipe,
        shelf: Shelf,
        *,
        maps_for: Collection[int] = (),
        progress: Progress = silent,
        set_aside: SetAside = refuse,
    ) -> None:
        fill(
            photographs.photographs(),
            network_of(recipe, shelf.provenance).embed,
            shelf,
            maps_for=maps_for,
            threads=self.readers,
            progress=progress,
            set_aside=set_aside,
        )

    def map(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        *,
        cpus_per_task: int | None = 1,
        progress: Progress = silent,
    ) -> list[R]:
        listed = list(items)
        results: list[R] = []
        for item in listed:
            progress("tasks", len(results), len(listed))
            results.append(limited(function, item, cpus_per_task))
        progress("tasks", len(results), len(listed))
        return results


@dataclass(frozen=True)
class RayEngine:
    """The cluster that this process is connected to (``ray_cluster``)."""

    workers: Workers

    def fill(
        self,
        photographs: Addressed,
        recipe: Recipe,
        shelf: Shelf,
        *,
        maps_for: Collection[int] = (),
        progress: Progress = silent,
        set_aside: SetAside = refuse,
    ) -> None:
        fill_by_ray(
            photographs, recipe, shelf,
            workers=self.workers, maps_for=maps_for, progress=progress, set_aside=set_aside,
        )  # fmt: skip

    def map(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        *,
        cpus_per_task: int | None = 1,
        progress: Progress = silent,
    ) -> list[R]:
        cpus = self.workers.threads if cpus_per_task is None else cpus_per_task
        return map_by_ray(function, items, cpus_per_task=cpus, progress=progress)
