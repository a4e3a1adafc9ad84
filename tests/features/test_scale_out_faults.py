"""Machines that die during an extraction: nothing is lost, and where nothing can go on it is said."""

import queue
import time
from functools import partial
from threading import Thread

import numpy as np
import pytest

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.features import _ray_watch
from hindmost.features._ray_watch import watched
from hindmost.features.addressed import Addressed
from hindmost.features.digests import digests
from hindmost.features.engines import LocalEngine
from hindmost.features.made import Made
from hindmost.features.map_by_ray import map_by_ray
from hindmost.features.ray_cluster import Workers, ray_cluster
from hindmost.features.remote_files import sha256_of
from hindmost.features.scale_out import fill_by_ray
from hindmost.features.store import FeatureStore

ray = pytest.importorskip("ray")
pytestmark = [
    # 2026-11-23: Ray 2.60 reads its own deprecated settings when ray.data is first used.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    # 2026-11-23: Ray leaves log files and sockets of the processes that it stopped to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
STORE = 128 * 2**20
QUICK = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 1000,
    "health_check_failure_threshold": 3,
}  # a death is noticed in seconds
MADE = Made("w" * 64, Preprocessing(8, 8), {"runtime": "slow product"}, batch=2)
ROWS = 240  # 30 shards


def network(seen=None):
    """A recipe, by value: a matrix product, slow and writing down its machine where a folder is given for that."""

    def recipe():
        import time

        import numpy as np

        from hindmost.core.dataset import Preprocessing
        from hindmost.core.features import Embedded

        class Slow:
            weights_hash, preprocessing = "w" * 64, Preprocessing(8, 8)
            mix = np.random.default_rng(0).standard_normal((192, 5)).astype(np.float32)

            def embed(self, batch, *, maps=False):
                X = batch.reshape(len(batch), -1).astype(np.float32) @ self.mix
                if seen is not None:
                    import ray

                    time.sleep(0.05)
                    (seen / ray.get_runtime_context().get_node_id()).touch()
                return Embedded(X, None, None)

            def describe(self):
                return {"runtime": "slow product"}

        return Slow()

    return recipe


def decode(side):
    def read(content, address):
        import numpy as np

        return np.frombuffer(content, dtype=np.uint8).reshape(side, side, 3)

    return read


@pytest.fixture
def photographs(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as the workers have it
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{number}.raw" for number in range(ROWS)]
    for path in paths:
        path.write_bytes(rng.integers(0, 256, 192, dtype=np.uint8).tobytes())
    return Addressed([str(path) for path in paths], digests([sha256_of(str(path)) for path in paths]), decode(8))


@pytest.fixture
def machines():
    """A cluster of two machines, as two sets of processes here: 2 CPUs that stay, and 2 that can be killed."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 2,
            "object_store_memory": STORE,
            "include_dashboard": False,
            "_system_config": QUICK,
        },
        shutdown_at_exit=False,
    )
    second = cluster.add_node(num_cpus=2, object_store_memory=STORE)
    cluster.wait_for_nodes()
    yield cluster, partial(cluster.remove_node, second, allow_graceful=False)
    cluster.shutdown()


def alive(expected):
    """True once so many machines are alive: a death is noticed with a delay."""
    end = time.monotonic() + 30
    while (found := sum(node["Alive"] for node in ray.nodes())) != expected and time.monotonic() < end:
        time.sleep(0.1)
    return found == expected


def test_a_machine_killed_in_the_middle_costs_no_row(machines, photographs, tmp_path, content):
    cluster, kill = machines
    local, by_ray = (FeatureStore(tmp_path / name).shelf(MADE) for name in ("local", "ray"))
    LocalEngine().fill(photographs, network(), local)
    seen = tmp_path / "seen"
    seen.mkdir()
    killed = []

    def kill_one(stage, done, total):
        if not killed and len(list(seen.iterdir())) == 2:
            killed.append(done)
            kill()

    with ray_cluster(cluster.address):
        assert alive(2)
        fill_by_ray(photographs, network(seen), by_ray, workers=Workers(3), progress=kill_one)
        assert alive(1)
    assert 0 < killed[0] < ROWS  # in the middle, after both machines had worked
    assert content(local.folder) == content(by_ray.folder)
    assert len(by_ray.index("rows").contents) == ROWS


def test_tasks_of_a_machine_that_is_killed_run_elsewhere(machines, tmp_path):
    cluster, kill = machines

    def work(folder, item):
        import time

        import ray

        (folder / ray.get_runtime_context().get_node_id()).touch()
        time.sleep(0.3)
        return item * item

    def kill_when_both_work():
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.05)
        kill()

    with ray_cluster(cluster.address):
        killer = Thread(target=kill_when_both_work, daemon=True)
        killer.start()
        assert map_by_ray(partial(work, tmp_path), range(40)) == [item * item for item in range(40)]
        killer.join(timeout=30)
        assert alive(1)


class Blocked:
    """Rows of which the third never comes."""

    def __init__(self):
        self.closed = queue.Queue()

    def __iter__(self):
        try:
            yield 1
            yield 2
            self.closed.get()
        finally:
            self.closed.put(True)


def test_a_cluster_without_room_is_said(monkeypatch):
    monkeypatch.setattr(_ray_watch, "LOST", 0.2)
    monkeypatch.setattr(_ray_watch, "node_sizes", lambda: [3, 2])
    rows = watched(Blocked(), 4)
    assert [next(rows), next(rows)] == [1, 2]
    with pytest.raises(InputError, match="5 CPUs are left, and none has room for a worker of 4"):
        next(rows)


def test_a_cluster_with_room_is_waited_for(monkeypatch):
    monkeypatch.setattr(_ray_watch, "LOST", 0.05)
    monkeypatch.setattr(_ray_watch, "node_sizes", lambda: [4])

    def slow():
        yield 1
        time.sleep(0.4)
        yield 2

    assert list(watched(slow(), 4)) == [1, 2]


def test_an_error_of_the_rows_rises_here():
    def failing():
        yield 1
        raise KeyError("bug")

    rows = watched(failing(), 1)
    assert next(rows) == 1
    with pytest.raises(KeyError, match="bug"):
        next(rows)


def test_leaving_early_closes_the_rows():
    closed = queue.Queue()

    def rows():
        try:
            yield from range(100)
        finally:
            closed.put(True)

    reading = watched(rows(), 1)
    assert next(reading) == 0
    reading.close()
    assert closed.get(timeout=10)
