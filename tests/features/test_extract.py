"""Extraction: whole = sum of its batches, once only, and the same after any interruption."""

import threading

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.core.features import Embedded
from hindmost.features.extract import extract
from hindmost.features.plan import PIECE
from hindmost.features.store import FeatureStore

SIDE, D, CELLS = 8, 3, 2


def image(row):
    return np.random.default_rng(row).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


class Embedder:
    """A linear "network": maps are 2 x 2 block means of the channels; counts its calls."""

    def __init__(self, fail_at=None, logits=True, shift=False):
        self.calls, self.shapes, self.asked = 0, set(), []
        self.fail_at, self.logits, self.shift = fail_at, logits, shift

    def __call__(self, batch, *, maps=False):
        self.calls += 1
        self.shapes.add(batch.shape)
        self.asked.append(maps)
        if self.calls == self.fail_at:
            raise KeyboardInterrupt
        n, half = len(batch), SIDE // CELLS
        cells = batch.reshape(n, CELLS, half, CELLS, half, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2)
        cells = cells.astype(np.float32)  # (n, d, h, w)
        X = cells.mean(axis=(2, 3)) + (np.float32(len(batch)) if self.shift else 0)
        logits = X[:, :2] - X[:, 1:] if self.logits else None
        return Embedded(X, logits, cells if maps else None)


@pytest.fixture
def store(tmp_path):
    return FeatureStore(tmp_path / "cache")


def run(store, embed, n=41, maps_for=(), batch=4, key="k", **options):
    return extract(n, image, embed, store=store, key=key, batch=batch, maps_for=maps_for, **options)


def loop(n):
    """The same, one image at a time."""
    embed = Embedder()
    return np.concatenate([embed(image(row)[None]).X for row in range(n)])


@pytest.mark.parametrize("n", [1, 3, 4, 5, 16, 17, 41])
def test_equals_a_loop_over_single_images(store, n):
    X, logits, activations = run(store, Embedder(), n)
    np.testing.assert_array_equal(X, loop(n))
    np.testing.assert_array_equal(logits, X[:, :2] - X[:, 1:])
    assert activations is None
    assert X.dtype == np.float32


def test_every_forward_pass_has_the_full_shape(store):
    embed = Embedder(shift=True)
    X, _, _ = run(store, embed, 41)
    assert embed.shapes == {(4, SIDE, SIDE, 3)}
    np.testing.assert_array_equal(X, loop(41) + 4)


def test_maps_of_chosen_rows_in_the_same_pass(store):
    embed = Embedder()
    X, _, activations = run(store, embed, 41, maps_for=[40, 2, 17, 2])
    np.testing.assert_array_equal(activations.positions, [2, 17, 40])
    assert activations.maps.shape == (3, D, CELLS, CELLS)
    assert activations.maps.dtype == np.float32
    np.testing.assert_allclose(activations.maps.mean(axis=(2, 3)), X[[2, 17, 40]])
    assert (embed.calls, sum(embed.asked)) == (11, 3)


def test_the_second_time_nothing_is_computed(store):
    first = run(store, Embedder(), maps_for={3})
    again = Embedder()
    second = run(store, again, maps_for={3})
    assert again.calls == 0
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    np.testing.assert_array_equal(first[2].maps, second[2].maps)


@pytest.mark.parametrize("other", [{"key": "other"}, {"n": 40}, {"batch": 5}, {"maps_for": {1}}])
def test_anything_else_is_computed_anew(store, other):
    run(store, Embedder())
    embed = Embedder()
    run(store, embed, **other)
    assert embed.calls > 0


def test_without_a_head(store):
    assert run(store, Embedder(logits=False))[1] is None
    assert run(store, Embedder(logits=False))[1] is None


def test_an_interrupted_run_resumes_and_ends_the_same(store, tmp_path):
    whole = run(FeatureStore(tmp_path / "whole"), Embedder(), maps_for=range(0, 41, 3))
    with pytest.raises(KeyboardInterrupt):
        run(store, Embedder(fail_at=2 * PIECE + 2), maps_for=range(0, 41, 3))
    rest = Embedder()
    resumed = run(store, rest, maps_for=range(0, 41, 3))
    assert rest.calls == 11 - 2 * PIECE  # two pieces were kept, the begun one was lost
    np.testing.assert_array_equal(resumed[0], whole[0])
    np.testing.assert_array_equal(resumed[2].maps, whole[2].maps)
    assert not list(store.root.rglob("*.part"))


@pytest.mark.parametrize("damage", [lambda b: b[:-7], lambda b: b"", lambda b: b[:50] + bytes([b[50] ^ 1]) + b[51:]])
def test_a_damaged_piece_is_noticed_and_rebuilt(store, damage):
    first = run(store, Embedder())
    path = sorted(store.root.rglob("*.piece"))[1]
    path.write_bytes(damage(path.read_bytes()))
    embed = Embedder()
    again = run(store, embed)
    assert embed.calls == PIECE
    np.testing.assert_array_equal(first[0], again[0])
    assert len(store.notes) == 1
    assert "damaged" in store.notes[0]
    run(store, embed)
    assert embed.calls == PIECE


def test_progress_ends_at_the_total_and_counts_what_was_kept(store):
    heard = []
    with pytest.raises(KeyboardInterrupt):
        run(store, Embedder(fail_at=PIECE + 1))
    run(store, Embedder(), progress=lambda *said: heard.append(said))
    assert heard[0] == ("features", 4 * PIECE, 41)
    assert heard[-1] == ("features", 41, 41)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)


def test_decoding_runs_beside_the_forward_pass(store):
    names = set()

    def load(row):
        names.add(threading.current_thread().name)
        return image(row)

    extract(9, load, Embedder(), store=store, key="k", batch=4)
    assert threading.current_thread().name not in names


def test_an_image_that_fails_ends_the_run(store):
    def load(row):
        if row == 7:
            raise InputError("image 7 is gone")
        return image(row)

    with pytest.raises(InputError, match="image 7"):
        extract(9, load, Embedder(), store=store, key="k", batch=4)


@pytest.mark.parametrize(("n", "maps_for"), [(0, ()), (4, [4]), (4, [-1])])
def test_bad_requests(store, n, maps_for):
    with pytest.raises(InputError):
        run(store, Embedder(), n, maps_for)


def test_a_cache_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match=r"cannot be (read|written).*(folder|Remove)"):
        run(FeatureStore(tmp_path / "file"), Embedder())


@pytest.mark.vision
def test_with_a_real_network(store):
    pytest.importorskip("torch")
    from hindmost.backbones import load

    backbone = load("test_resnet", n_classes=2, pretrained=False, input_size=32, longest_side=32)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    X, logits, activations = extract(10, images.__getitem__, backbone.embed, store=store, key="k", batch=4,
                                     maps_for=[0, 9])  # fmt: skip
    np.testing.assert_allclose(backbone.head.logits(X), logits, atol=1e-5)
    np.testing.assert_allclose(activations.maps.mean(axis=(2, 3)), X[[0, 9]], atol=1e-5)
    np.testing.assert_array_equal(X[8], backbone.embed(images[[8, 9, 9, 9]]).X[0])  # the last batch is padded
