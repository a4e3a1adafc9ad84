"""Filling a shelf: whole = sum of its batches, each content once, and the same after any interruption."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.features.fill import fill
from hindmost.features.gather import gather
from hindmost.features.photographs import Photographs
from hindmost.features.plan import PIECE
from hindmost.features.store import FeatureStore


def run(shelf, photographs, embed, maps_for=(), **options):
    fill(photographs, embed, shelf, maps_for=maps_for, **options)
    return gather(shelf, photographs.contents, maps_for=maps_for)


@pytest.fixture
def shelf(store, made):
    return store.shelf(made)


@pytest.mark.parametrize("n", [1, 3, 4, 5, 16, 17, 41])
def test_equals_a_loop_over_single_images(shelf, numbered, embedder, loop, n):
    X, logits, activations = run(shelf, numbered(range(n)), embedder())
    np.testing.assert_array_equal(X, loop(range(n)))
    np.testing.assert_array_equal(logits, X[:, :2] - X[:, 1:])
    assert activations is None
    assert X.dtype == np.float32


def test_every_forward_pass_has_the_full_shape(shelf, numbered, embedder, loop):
    embed = embedder(shift=True)
    X, _, _ = run(shelf, numbered(range(41)), embed)
    assert embed.shapes == {(4, 8, 8, 3)}
    np.testing.assert_array_equal(X, loop(range(41)) + 4)


def test_added_images_are_computed_and_the_others_are_not(shelf, numbered, embedder, loop):
    run(shelf, numbered(range(40)), embedder())
    embed = embedder()
    X, _, _ = run(shelf, numbered([40, *range(30), 41, *range(30, 40), 42]), embed)
    assert embed.calls == 1  # 3 new images
    np.testing.assert_array_equal(X, loop([40, *range(30), 41, *range(30, 40), 42]))


def test_order_and_removal_cost_nothing(shelf, numbered, embedder, loop):
    run(shelf, numbered(range(40)), embedder())
    again = embedder()
    numbers = np.random.default_rng(0).permutation(40)[:25]
    X, _, _ = run(shelf, numbered(numbers), again)
    assert again.calls == 0
    np.testing.assert_array_equal(X, loop(numbers))


def test_equal_contents_are_embedded_once(shelf, numbered, embedder, loop):
    embed = embedder()
    X, _, activations = run(shelf, numbered([5, 6, 5, 5, 7, 6]), embed, maps_for=[3, 5])
    assert embed.calls == 1
    np.testing.assert_array_equal(X, loop([5, 6, 5, 5, 7, 6]))
    np.testing.assert_allclose(activations.maps.mean(axis=(2, 3)), X[[3, 5]])


def test_maps_of_chosen_rows_in_the_same_pass(shelf, numbered, embedder):
    embed = embedder()
    X, _, activations = run(shelf, numbered(range(41)), embed, maps_for=[40, 2, 17, 2])
    np.testing.assert_array_equal(activations.positions, [2, 17, 40])
    assert activations.maps.shape == (3, 3, 2, 2)
    assert activations.maps.dtype == np.float32
    np.testing.assert_allclose(activations.maps.mean(axis=(2, 3)), X[[2, 17, 40]])
    assert (embed.calls, sum(embed.asked)) == (11, 3)


def test_maps_asked_later_cost_only_their_own_rows(shelf, numbered, embedder):
    first = run(shelf, numbered(range(41)), embedder(), maps_for=[1])
    embed = embedder()
    later = run(shelf, numbered(range(41)), embed, maps_for=[1, 9, 30])
    assert embed.calls == 1
    np.testing.assert_array_equal(first[0], later[0])
    np.testing.assert_array_equal(first[2].maps[0], later[2].maps[0])
    assert len(shelf.index("rows").files) == 3  # no row is written twice


def test_without_a_head(shelf, numbered, embedder):
    assert run(shelf, numbered(range(9)), embedder(logits=False))[1] is None


def test_an_interrupted_run_ends_with_the_files_of_one_that_ran_through(
    store, shelf, made, numbered, embedder, tmp_path, content
):
    whole = FeatureStore(tmp_path / "whole").shelf(made)
    expected = run(whole, numbered(range(41)), embedder(), maps_for=range(0, 41, 3))
    with pytest.raises(KeyboardInterrupt):
        run(shelf, numbered(range(41)), embedder(fail_at=2 * PIECE + 2), maps_for=range(0, 41, 3))
    rest = embedder()
    resumed = run(FeatureStore(store.root).shelf(made), numbered(range(41)), rest, maps_for=range(0, 41, 3))
    assert rest.calls == 11 - 2 * PIECE  # two shards were kept, the begun one was lost
    np.testing.assert_array_equal(resumed[0], expected[0])
    np.testing.assert_array_equal(resumed[2].maps, expected[2].maps)
    assert content(shelf.folder) == content(whole.folder)


def test_maps_that_were_kept_without_their_rows_are_not_kept_twice(shelf, numbered, embedder, tmp_path, made, content):
    """The one moment between the two files of a piece."""
    whole = FeatureStore(tmp_path / "whole").shelf(made)
    run(whole, numbered(range(9)), embedder(), maps_for=[2])
    run(shelf, numbered(range(9)), embedder(), maps_for=[2])
    for path in shelf.index("rows").files:
        path.unlink()
    run(shelf, numbered(range(9)), embedder(), maps_for=[2])
    assert content(shelf.folder) == content(whole.folder)


def test_progress_ends_at_the_total_and_counts_what_was_kept(shelf, numbered, embedder):
    heard = []
    with pytest.raises(KeyboardInterrupt):
        run(shelf, numbered(range(41)), embedder(fail_at=PIECE + 1))
    run(shelf, numbered(range(41)), embedder(), progress=lambda *said: heard.append(said))
    assert heard[0] == ("features", 4 * PIECE, 41)
    assert heard[-1] == ("features", 41, 41)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)


def test_decoding_runs_beside_the_forward_pass(shelf, numbered, embedder):
    names = set()
    photographs = numbered(range(9))

    def load(position):
        names.add(threading.current_thread().name)
        return photographs.load(position)

    fill(Photographs(load, photographs.contents), embedder(), shelf)
    assert threading.current_thread().name not in names


def test_an_image_that_fails_ends_the_run_by_default(shelf, numbered, embedder):
    with pytest.raises(InputError, match="image 7 is gone"):
        fill(numbered(range(9), bad={7}), embedder(), shelf)


def test_images_that_fail_are_set_aside_and_the_others_are_kept(shelf, numbered, embedder, loop):
    heard = []
    numbers, bad = [*range(40), 7], {7, 20, 21, 22, 23}  # 20 to 23 are one whole batch
    fill(numbered(numbers, bad), embedder(), shelf, set_aside=lambda *said: heard.append(said), maps_for=[7, 8])
    assert [position for position, _ in heard] == [7, 40, 20, 21, 22, 23]
    assert heard[0][1] == "image 7 is gone"
    kept = [number for number in range(40) if number not in bad]
    X, _, activations = gather(shelf, numbered(kept).contents, maps_for=[7])
    np.testing.assert_array_equal(X, loop(kept))
    np.testing.assert_allclose(activations.maps.mean(axis=(2, 3)), loop([8]))
    with pytest.raises(InputError, match="6 of 41 rows are not in the feature cache"):
        gather(shelf, numbered(numbers).contents)


def test_an_image_that_came_back_is_computed(shelf, numbered, embedder, loop):
    fill(numbered(range(9), bad={4}), embedder(), shelf, set_aside=lambda *_: None)
    embed = embedder()
    X, _, _ = run(shelf, numbered(range(9)), embed)
    assert embed.calls == 1
    np.testing.assert_array_equal(X, loop(range(9)))


def test_set_aside_may_stop_the_run(shelf, numbered, embedder):
    def limit(position, reason):
        raise InputError("more than 1 % of train")

    with pytest.raises(InputError, match="more than 1 %"):
        fill(numbered(range(9), bad={4}), embedder(), shelf, set_aside=limit)


@pytest.mark.parametrize("maps_for", [[4], [-1]])
def test_bad_requests(shelf, numbered, embedder, maps_for):
    with pytest.raises(InputError, match=r"maps_for must lie in 0\.\.3"):
        run(shelf, numbered(range(4)), embedder(), maps_for)


def test_no_images(numbered):
    with pytest.raises(InputError, match="at least 1 image"):
        numbered([])


def test_half_precision_is_kept_as_such_and_said_where_it_cannot(store, made, numbered, embedder, loop):
    shelf = store.shelf(replace(made, precision="float16"))
    X, logits, _ = run(shelf, numbered(range(9)), embedder())
    np.testing.assert_array_equal(X, loop(range(9)).astype(np.float16).astype(np.float32))
    assert (loop(range(9)) != X).any()  # the before half: float16 does round these
    np.testing.assert_array_equal(logits, loop(range(9))[:, :2] - loop(range(9))[:, 1:])

    def large(batch, *, maps=False):
        found = embedder()(batch)
        return type(found)(found.X * 1000, None)

    with pytest.raises(InputError, match="does not fit into float16"):
        fill(numbered([50]), large, shelf)


def test_a_cache_that_cannot_be_written(tmp_path, made, numbered, embedder):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match=r"cannot be (read|written)"):
        run(FeatureStore(tmp_path / "file").shelf(made), numbered(range(4)), embedder())


@pytest.mark.vision
@pytest.mark.parametrize("name", ["test_resnet", "test_vit"])
def test_a_row_depends_on_neither_place_nor_company(name):
    """What keying by content rests on, with real networks on this machine. Bits, so no tolerance."""
    pytest.importorskip("torch")
    from hindmost.backbones import load

    backbone = load(name, n_classes=2, pretrained=False, input_size=160, longest_side=160)
    side = backbone.preprocessing.crop
    images = np.random.default_rng(0).integers(0, 256, (16, side, side, 3), dtype=np.uint8)
    whole = backbone.embed(images)
    order = np.random.default_rng(1).permutation(16)
    moved = backbone.embed(images[order])
    np.testing.assert_array_equal(moved.X, whole.X[order])
    np.testing.assert_array_equal(moved.logits, whole.logits[order])
    padded = backbone.embed(np.concatenate([images[:3], np.repeat(images[2:3], 13, axis=0)]))
    np.testing.assert_array_equal(padded.X[:3], whole.X[:3])
    if backbone.maps_reason is None:
        np.testing.assert_array_equal(backbone.embed(images, maps=True).X, whole.X)


@pytest.mark.vision
def test_with_a_real_network(shelf):
    pytest.importorskip("torch")
    from hindmost.backbones import load
    from hindmost.features.digests import of_positions

    backbone = load("test_resnet", n_classes=2, pretrained=False, input_size=32, longest_side=32)
    images = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    photographs = Photographs(images.__getitem__, of_positions(10))
    X, logits, activations = run(shelf, photographs, backbone.embed, maps_for=[0, 9])
    # The head is float64 and the network's last layer float32: they agree to rounding of float32.
    np.testing.assert_allclose(backbone.head.logits(X), logits, atol=1e-5)
    np.testing.assert_allclose(activations.maps.mean(axis=(2, 3)), X[[0, 9]], atol=1e-5)
    np.testing.assert_array_equal(X[8], backbone.embed(images[[8, 9, 9, 9]]).X[0])  # the last batch is padded
