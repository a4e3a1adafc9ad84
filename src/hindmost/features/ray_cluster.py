"""Ray itself: imported late, started only when told, and large enough before anything is sent to it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

from hindmost.core.errors import InputError, MissingExtra

SPARE = 1  # CPUs that no worker takes
STORE_MB = 512
PATIENCE = 30.0  # seconds for CPUs that an earlier job of this process still gives back


@dataclass(frozen=True)
class Workers:
    """Processes that each hold the network.

    Parameters
    ----------
    count : int     of them, over all machines
    threads : int   of each, for the forward pass; as many CPUs are taken for it
    readers : int   threads of each that read and decode; they wait for the network most of the time where images
                    come from an object store, so more than ``threads`` may pay

    Raises
    ------
    InputError
        One is below 1.
    """

    count: int
    threads: int = 1
    readers: int = 4

    def __post_init__(self) -> None:
        for name in ("count", "threads", "readers"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, but {getattr(self, name)} came.")

    @property
    def cpus(self) -> int:
        """CPUs that a cluster must have."""
        return self.count * self.threads + SPARE


def import_ray() -> ModuleType:
    """Ray, which sends no usage data where hindmost is first to import it.

    Raises
    ------
    MissingExtra
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ModuleNotFoundError as missing:
        raise MissingExtra(
            f'Many machines need {missing.name}, which is not installed. Run: pip install "hindmost[ray]"'
        ) from missing
    return ray


@contextmanager
def ray_cluster(address: str, *, cpus: int | None = None, store_mb: int = STORE_MB) -> Iterator[None]:
    """Connected to a cluster inside the block, and not before or after it.

    Parameters
    ----------
    address : str       "auto" or "HOST:PORT": a cluster that runs already; "local": one on this machine, which is
                        started here and stopped at the end
    cpus : int or None  slots of a local cluster (``Workers.cpus``); None elsewhere
    store_mb : int      memory for what a local cluster's processes hand over, MB

    Raises
    ------
    MissingExtra    Ray is not installed
    InputError      nothing answers at the address, this process is connected already, or ``cpus`` does not belong
    """
    ray = import_ray()
    if ray.is_initialized():
        raise InputError("This process is connected to a Ray cluster already. Call ray.shutdown() first.")
    if (address == "local") != (cpus is not None):
        raise InputError(f"cpus belongs to address='local' and to no other, but {address!r} and {cpus} came.")
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # it tells the terminal about every run
    local = {"num_cpus": cpus, "object_store_memory": store_mb * 2**20, "include_dashboard": False}
    try:
        ray.init(address, log_to_driver=False, logging_level="error", **(local if address == "local" else {}))
    except (ConnectionError, ValueError) as error:
        raise InputError(
            f"No Ray cluster could be used at {address!r} ({error}). Start one with `ray start --head`, or pass local."
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def connected() -> ModuleType:
    """Ray, where this process is connected to a cluster. It never starts one.

    Raises
    ------
    MissingExtra    Ray is not installed
    InputError      there is no connection
    """
    ray = import_ray()
    if not ray.is_initialized():
        raise InputError("No Ray cluster is connected. Wrap the call: with ray_cluster('auto'): ...")
    return ray


def check_room(workers: Workers) -> None:
    """Refuse before anything starts what would wait for ever.

    Raises
    ------
    InputError
        The cluster has too few CPUs, too few on one machine, or other jobs hold them.
    """
    sizes = node_sizes()
    places = sum(size // workers.threads for size in sizes)
    if sum(sizes) < workers.cpus or places < workers.count:
        raise InputError(
            f"The Ray cluster has {sum(sizes)} CPUs ({_listed(sizes)}), but {workers.count} workers with "
            f"{workers.threads} CPUs each on one machine and {SPARE} to spare need {workers.cpus}. "
            f"Use at most {most_workers(workers.threads)} workers of this size, or add machines."
        )
    free = _free(workers.cpus)
    if free < workers.cpus:
        raise InputError(
            f"{workers.cpus} CPUs of the Ray cluster are needed, but other jobs leave {free:g} of {sum(sizes)} free. "
            "Wait for them, or use fewer workers."
        )


def node_sizes() -> list[int]:
    """CPUs of each machine that is alive, largest first."""
    nodes = [node["Resources"] for node in connected().nodes() if node["Alive"]]
    return sorted((int(resources.get("CPU", 0)) for resources in nodes), reverse=True)


def environment(threads: int) -> dict[str, dict[str, str]]:
    """Ray's ``runtime_env`` for processes that compute with so many threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {"env_vars": {**dict.fromkeys(names, str(threads)), "OMP_WAIT_POLICY": "PASSIVE"}}


def _free(wanted: int) -> float:
    """Free CPUs, as soon as they are enough or at the end of our patience."""
    ray, end = connected(), time.monotonic() + PATIENCE
    while (free := float(ray.available_resources().get("CPU", 0))) < wanted and time.monotonic() < end:
        time.sleep(0.2)
    return free


def most_workers(threads: int) -> int:
    """Workers of so many threads that the connected cluster has room for, when nobody else uses it; may be 0."""
    sizes = node_sizes()
    return max(0, min(sum(size // threads for size in sizes), (sum(sizes) - SPARE) // threads))


def _listed(sizes: list[int]) -> str:
    return "machines of " + ", ".join(map(str, sizes[:8])) + (", ..." if len(sizes) > 8 else "")
