"""A function over items as Ray tasks: the results of a plain loop, in its order, and its errors."""

from functools import partial

import numpy as np
import pytest

from hindmost.core.errors import EmptyStratum, InputError, MissingExtra
from hindmost.features.engines import LocalEngine, RayEngine
from hindmost.features.map_by_ray import map_by_ray
from hindmost.features.ray_cluster import Workers, ray_cluster

ray = pytest.importorskip("ray")
pytestmark = [
    # 2026-11-23: Ray 2.60 reads its own deprecated settings when ray.data is first used.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    # 2026-11-23: Ray leaves log files and sockets of the processes that it stopped to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def engines():
    with ray_cluster("local", cpus=2, store_mb=256):
        yield LocalEngine(), RayEngine(Workers(1))


def test_heads_of_a_sweep(engines):
    """A real head on resampled rows: weights of both engines are equal in every bit."""
    from hindmost.heads.refit import Refit

    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    X = rng.standard_normal((400, 20)) + y[:, None] * 0.5
    work = partial(_resampled(Refit), X, y)
    local, by_ray = (engine.map(work, range(5)) for engine in engines)
    assert len(by_ray) == 5
    for ours, theirs in zip(local, by_ray, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.array_equal(local[0], local[1])


def _resampled(estimator):
    def work(X, y, seed):
        import numpy as np

        rows = np.random.default_rng(seed).choice(len(y), len(y))
        return estimator().fit(X[rows], y[rows]).coef_

    return work


def test_order_does_not_depend_on_who_is_first(engines):
    def slow_first(item):
        import time

        time.sleep(0.5 if item == 0 else 0)
        return item * item

    assert engines[1].map(slow_first, range(6)) == engines[0].map(slow_first, range(6)) == [0, 1, 4, 9, 16, 25]
    assert engines[1].map(slow_first, []) == []


def test_threads_of_linear_algebra(engines):
    def threads(item):
        import numpy as np
        from threadpoolctl import threadpool_info

        np.eye(2) @ np.eye(2)
        return {pool["num_threads"] for pool in threadpool_info()}

    for engine in engines:
        assert engine.map(threads, [0]) == [{1}]


def test_the_first_error_in_order_rises_as_itself(engines):
    def some_fail(item):
        import time

        from hindmost.core.errors import EmptyStratum

        time.sleep(0.5 if item == 1 else 0)
        if item % 2:
            raise EmptyStratum(f"no rows in {item}", (item,))
        return item

    for engine in engines:
        with pytest.raises(EmptyStratum, match="no rows in 1") as caught:
            engine.map(some_fail, range(6))
        assert type(caught.value) is EmptyStratum
        assert caught.value.strata == (1,)


@pytest.mark.parametrize("cpus", [0, 3])
def test_a_task_that_fits_nowhere(engines, cpus):
    with pytest.raises(InputError, match=rf"cpus_per_task must lie in 1\.\.2, .* but {cpus} came"):
        engines[1].map(abs, [1], cpus_per_task=cpus)


def test_without_ray(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"hindmost\[ray\]"):
        map_by_ray(abs, [1])
