"""Extraction by Ray: the store of ``fill`` byte for byte, in order, or a refusal before anything starts."""

import io
import sys
import tarfile

import numpy as np
import pytest

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError, MissingExtra
from hindmost.features.addressed import Addressed
from hindmost.features.digests import digests
from hindmost.features.engines import LocalEngine, RayEngine
from hindmost.features.gather import gather
from hindmost.features.made import Made
from hindmost.features.plan import PIECE
from hindmost.features.ray_cluster import Workers, ray_cluster
from hindmost.features.remote_files import read_bytes, sha256_of
from hindmost.features.scale_out import fill_by_ray
from hindmost.features.shelf import Shelf
from hindmost.features.store import FeatureStore
from hindmost.features.tar_shards import tar_members

ray = pytest.importorskip("ray")
pytestmark = [
    # 2026-11-23: Ray 2.60 reads its own deprecated settings when ray.data is first used.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    # 2026-11-23: Ray leaves log files and sockets of the processes that it stopped to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
TWO = Workers(2, threads=1, readers=2)


def network(weights="w" * 64, processor="any"):
    """A recipe for a matrix product with 8 x 8 photographs. It is sent by value: workers cannot import this file."""

    def recipe():
        import os

        import numpy as np

        from hindmost.core.dataset import Preprocessing
        from hindmost.core.features import Embedded

        class Product:
            weights_hash, preprocessing = weights, Preprocessing(8, 8)
            mix = np.random.default_rng(0).standard_normal((192, 5)).astype(np.float32)

            def embed(self, batch, *, maps=False):
                X = batch.reshape(len(batch), -1).astype(np.float32) @ self.mix
                X[:, 4] = len(batch)  # the shape of the pass is part of the numbers
                return Embedded(X, X[:, :2], np.repeat(X, 4).reshape(len(X), 5, 2, 2) if maps else None)

            def describe(self):
                assert os.environ.get("OMP_NUM_THREADS") == "1"
                return {"runtime": "matrix product", "processor": processor}

        return Product()

    return recipe


@pytest.fixture
def pixels(monkeypatch):
    """A decoder that travels by value; one byte value is no picture."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as the workers have it

    def decode(content, address):
        import numpy as np

        from hindmost.core.errors import InputError

        if content == b"broken":
            raise InputError(f"{address} is no picture")
        return np.frombuffer(content, dtype=np.uint8).reshape(8, 8, 3)

    return decode


def picture(number):
    return np.random.default_rng(number).integers(0, 256, 192, dtype=np.uint8).tobytes()


@pytest.fixture
def photographs(tmp_path, pixels):
    """Files with these numbers as their contents; -1 is broken."""

    def make(numbers):
        folder = tmp_path / "photographs"
        folder.mkdir(exist_ok=True)
        paths = [folder / f"{place}.raw" for place in range(len(numbers))]
        for path, number in zip(paths, numbers, strict=True):
            path.write_bytes(b"broken" if number < 0 else picture(number))
        return Addressed([str(path) for path in paths], digests([sha256_of(str(path)) for path in paths]), pixels)

    return make


@pytest.fixture
def made():
    return Made("w" * 64, Preprocessing(8, 8), {"runtime": "matrix product", "processor": "any"}, batch=4)


@pytest.fixture
def stores(tmp_path, made):
    """Two empty shelves: for this process, and for Ray."""
    return [FeatureStore(tmp_path / name).shelf(made) for name in ("local", "ray")]


@pytest.fixture(scope="class")
def cluster():
    with ray_cluster("local", cpus=TWO.cpus, store_mb=256):
        yield


@pytest.mark.usefixtures("cluster")
class TestOnACluster:
    def test_the_store_is_that_of_fill_byte_for_byte(self, photographs, stores, content):
        numbers = [*range(70), 3, 3, 5]
        heard = ([], [])
        for engine, shelf, said in zip((LocalEngine(), RayEngine(TWO)), stores, heard, strict=True):
            shown = range(1, 73, 7)
            engine.fill(photographs(numbers), network(), shelf, maps_for=shown, progress=lambda *p, s=said: s.append(p))
        local, by_ray = stores
        assert content(local.folder) == content(by_ray.folder)
        assert len(by_ray.index("rows").files) == 5
        assert len(by_ray.index("maps").files) == 5
        X, logits, _ = gather(by_ray, photographs(numbers).contents)
        assert X.shape == (73, 5)
        assert (X[:, 4] == 4).all()  # the last batch is padded
        np.testing.assert_array_equal(logits, X[:, :2])
        assert heard[1] == [("features", done, 70) for done in (0, 16, 32, 48, 64, 70)]
        assert heard[1][-1] == heard[0][-1]

    def test_only_what_is_missing_and_the_same_after_an_interruption(self, photographs, stores, content):
        local, by_ray = stores
        LocalEngine().fill(photographs(range(41)), network(), local, maps_for=[0, 40])

        def stop(stage, done, total):
            if done > 4 * PIECE:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fill_by_ray(photographs(range(41)), network(), by_ray, workers=TWO, maps_for=[0, 40], progress=stop)
        assert 0 < len(by_ray.index("rows").contents) < 41
        fill_by_ray(photographs(range(41)), network(), by_ray, workers=TWO, maps_for=[0, 40])
        assert content(local.folder) == content(by_ray.folder)
        LocalEngine().fill(photographs(range(41)), network(), local, maps_for=[7])
        fill_by_ray(photographs(range(41)), network(), by_ray, workers=TWO, maps_for=[7])  # a map, and no new row
        assert content(local.folder) == content(by_ray.folder)

    def test_images_that_fail_are_named_in_order_and_the_others_kept(self, photographs, stores, content):
        numbers = [*range(20), -1, *range(20, 40), -1]
        heard = ([], [])
        for engine, shelf, said in zip((LocalEngine(), RayEngine(TWO)), stores, heard, strict=True):
            engine.fill(photographs(numbers), network(), shelf, set_aside=lambda *row, s=said: s.append(row))
        assert [position for position, _ in heard[1]] == [20, 41]
        assert heard[0] == heard[1]
        assert content(stores[0].folder) == content(stores[1].folder)
        with pytest.raises(InputError, match=r"20\.raw is no picture"):
            fill_by_ray(photographs(numbers), network(), stores[1], workers=TWO)

    def test_another_network_on_a_machine_is_refused(self, photographs, stores):
        with pytest.raises(InputError, match=r"On .*extraction\.processor is 'older' here, 'any' there"):
            fill_by_ray(photographs(range(9)), network(processor="older"), stores[1], workers=TWO)
        with pytest.raises(InputError, match="weights is 'v"):
            fill_by_ray(photographs(range(9)), network("v" * 64), stores[1], workers=TWO)
        assert not stores[1].folder.exists()

    def test_members_of_tar_shards(self, tmp_path, pixels, stores, photographs, content):
        for number in range(2):
            with tarfile.open(tmp_path / f"shard-000{number}.tar", "w") as tar:
                for place in range(10):
                    info = tarfile.TarInfo(f"{place}.raw")
                    info.size = 192
                    tar.addfile(info, io.BytesIO(picture(10 * number + place)))
        shards = [(tmp_path / f"shard-000{number}.tar").as_uri() for number in range(2)]
        listed = RayEngine(TWO).map(_members(), shards)
        members = [member for of_shard in listed for member in of_shard]
        assert members == [member for shard in shards for member in tar_members(shard, suffixes=(".raw",))]
        in_tars = Addressed([m.address for m in members], digests([m.sha256 for m in members]), pixels)
        fill_by_ray(in_tars, network(), stores[1], workers=TWO)
        LocalEngine().fill(photographs(range(20)), network(), stores[0])
        assert content(stores[0].folder) == content(stores[1].folder)

    @pytest.mark.parametrize(
        ("workers", "sentence"),
        [
            (Workers(3), "has 3 CPUs .machines of 3., but 3 workers with 1 CPUs .* need 4. Use at most 2 workers"),
            (Workers(1, threads=3), "1 workers with 3 CPUs .* need 4. Use at most 0"),
            (Workers(50, threads=2), "need 101. Use at most 1"),
        ],
    )
    def test_a_cluster_that_is_too_small_is_refused_before_it_starts(self, photographs, stores, workers, sentence):
        with pytest.raises(InputError, match=sentence):
            fill_by_ray(photographs(range(9)), network(), stores[1], workers=workers)

    def test_a_cluster_that_others_use_is_refused(self, photographs, stores, monkeypatch):
        monkeypatch.setattr("hindmost.features.ray_cluster.PATIENCE", 0.5)

        @ray.remote(num_cpus=2)
        class Other:
            def here(self):
                return True

        other = Other.remote()
        assert ray.get(other.here.remote())
        with pytest.raises(InputError, match="3 CPUs of the Ray cluster are needed, but other jobs leave 1 of 3 free"):
            fill_by_ray(photographs(range(9)), network(), stores[1], workers=TWO)
        ray.kill(other)

    def test_a_list_that_was_kept_needs_no_cpu(self, photographs, stores):
        LocalEngine().fill(photographs(range(9)), network(), stores[1])
        fill_by_ray(photographs(range(9)), network(), stores[1], workers=Workers(1000))

    def test_connected_already(self):
        with pytest.raises(InputError, match="connected to a Ray cluster already"), ray_cluster("auto"):
            pass


def _members():
    """``tar_members`` of .raw files, as a function that travels."""

    def members(shard):
        from hindmost.features.tar_shards import tar_members

        return tar_members(shard, suffixes=(".raw",))

    return members


def test_bits_of_a_real_network(tmp_path, content):
    """Two workers with one thread, and this process with its own: bits, so no tolerance."""
    pytest.importorskip("torch")
    from functools import partial

    from PIL import Image

    from hindmost.backbones import load

    recipe = partial(load, "resnet18", n_classes=2, pretrained=False, input_size=64, longest_side=64)
    backbone = recipe()
    side = backbone.preprocessing.crop

    def decode(data, address):
        import io

        import numpy as np
        from PIL import Image

        return np.array(Image.open(io.BytesIO(data)).resize((side, side)))

    rng = np.random.default_rng(0)
    for number in range(21):
        small = rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)
        Image.fromarray(small).resize((90, 70)).save(tmp_path / f"{number}.jpg")
    paths = [str(tmp_path / f"{number}.jpg") for number in range(21)]
    photographs = Addressed(paths, digests([sha256_of(path) for path in paths]), decode)
    made = Made(backbone.weights_hash, backbone.preprocessing, backbone.describe(), batch=4)
    local, by_ray = (FeatureStore(tmp_path / name).shelf(made) for name in ("local", "ray"))
    LocalEngine().fill(photographs, lambda: backbone, local, maps_for=[0, 20])
    with ray_cluster("local", cpus=TWO.cpus, store_mb=256):
        fill_by_ray(photographs, recipe, by_ray, workers=TWO, maps_for=[0, 20])
    assert content(local.folder) == content(by_ray.folder)
    X, _, activations = gather(by_ray, photographs.contents, maps_for=[20])
    direct = backbone.embed(decode(read_bytes(paths[20]), "")[None], maps=True)
    np.testing.assert_array_equal(X[20], direct.X[0])
    np.testing.assert_array_equal(activations.maps, direct.maps)
    assert np.ptp(X, axis=0).max() > 0  # not one row 21 times


def test_no_cluster_and_no_ray(photographs, stores, monkeypatch):
    assert not ray.is_initialized()
    with pytest.raises(InputError, match="No Ray cluster is connected"):
        fill_by_ray(photographs(range(9)), network(), stores[1], workers=TWO)
    assert not ray.is_initialized()  # nothing was started silently
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r'pip install "hindmost\[ray\]"'):
        fill_by_ray(photographs(range(9)), network(), stores[1], workers=TWO)


def test_addresses_of_clusters():
    with pytest.raises(InputError, match="cpus belongs to address='local'"), ray_cluster("local"):
        pass
    with pytest.raises(InputError, match="cpus belongs to address='local'"), ray_cluster("auto", cpus=2):
        pass
    with pytest.raises(InputError, match="No Ray cluster could be used at 'auto'"), ray_cluster("auto"):
        pass
    assert not ray.is_initialized()


@pytest.mark.parametrize("name", ["count", "threads", "readers"])
def test_numbers_of_workers(name):
    with pytest.raises(InputError, match=f"{name} must be at least 1, but 0 came"):
        Workers(**{"count": 1, name: 0})


def test_a_shelf_by_position_is_refused(tmp_path, photographs):
    shelf = Shelf(tmp_path, {"key": "key"}, [], batch=4)
    with pytest.raises(InputError, match="keyed by content"):
        LocalEngine().fill(photographs(range(4)), network(), shelf)


def test_positions(photographs, stores):
    with pytest.raises(InputError, match=r"maps_for must lie in 0\.\.3"):
        fill_by_ray(photographs(range(4)), network(), stores[1], workers=TWO, maps_for=[4])
