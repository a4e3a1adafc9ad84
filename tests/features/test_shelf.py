"""Shards on a shelf: whole or absent, never wrong, and they say what made them."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from hindmost.core.errors import InputError
from hindmost.features.digests import digests, hex_names, of_positions
from hindmost.features.fill import fill
from hindmost.features.gather import gather
from hindmost.features.plan import PIECE
from hindmost.features.shelf import Shelf
from hindmost.features.store import FeatureStore


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "key", {"weights": "w"}, [], batch=4)


def test_round_trip(shelf):
    names = of_positions(3)
    arrays = {"X": np.arange(6, dtype=np.float32).reshape(3, 2), "maps": np.arange(36, dtype=np.float32)}
    arrays["maps"] = arrays["maps"].reshape(3, 3, 2, 2)
    shelf.add("maps", names, arrays)
    index = shelf.index("maps")
    ((where, back),) = shelf.read(index, index.find(names[[2, 0]]))
    np.testing.assert_array_equal(where, [0, 1])
    for name in arrays:
        np.testing.assert_array_equal(back[name], arrays[name][[2, 0]])
        assert back[name].dtype == arrays[name].dtype
    np.testing.assert_array_equal(index.find(of_positions(5)) >= 0, [True, True, True, False, False])
    assert len(shelf.index("rows").contents) == 0
    assert shelf.notes == []


def test_a_content_in_two_files_is_read_once(shelf):
    shelf.add("rows", of_positions(3), {"X": np.zeros((3, 1), np.float32)})
    shelf.add("rows", of_positions(4), {"X": np.zeros((4, 1), np.float32)})
    index = shelf.index("rows")
    assert len(index.files) == 2
    assert len(index.contents) == 4


def test_the_schema_says_what_made_it_and_not_the_version_of_the_code(store, made, numbered, embedder):
    import hindmost

    shelf = store.shelf(made)
    fill(numbered(range(5)), embedder(), shelf, maps_for=[1])
    for kind in ("rows", "maps"):
        (path,) = shelf.index(kind).files
        said = json.loads(pq.read_schema(path).metadata[b"hindmost"])
        assert said == json.loads(json.dumps({"kind": kind, **made.plain()}))  # tuples become lists
        assert {"recipe", "weights", "preprocessing", "extraction", "batch", "precision"} <= said.keys()
        assert hindmost.__version__ not in json.dumps(said)
    assert pq.read_schema(path).field("maps").metadata == {b"shape": b"[3, 2, 2]"}


@pytest.mark.parametrize("damage", [lambda b: b[:-7], lambda b: b"", lambda b: b[:50] + bytes([b[50] ^ 1]) + b[51:]])
def test_a_damaged_shard_is_noticed_and_rebuilt(store, made, numbered, embedder, damage, content):
    first = store.shelf(made)
    fill(numbered(range(41)), embedder(), first)
    before = content(first.folder)
    path = first.index("rows").files[0]
    rows = pq.read_metadata(path).num_rows
    path.write_bytes(damage(path.read_bytes()))
    embed = embedder()
    again = FeatureStore(store.root)
    fill(numbered(range(41)), embed, again.shelf(made))
    assert embed.calls == -(-rows // 4) <= PIECE
    assert content(first.folder) == before
    assert len(again.notes) == 1
    assert "damaged shard" in again.notes[0]
    fill(numbered(range(41)), embed, FeatureStore(store.root).shelf(made))
    assert embed.calls == -(-rows // 4)


def test_a_file_is_checked_once_for_each_store(store, made, numbered, embedder, monkeypatch):
    fill(numbered(range(41)), embedder(), store.shelf(made))
    checked = []
    monkeypatch.setattr("hindmost.features.shelf.intact", lambda path: checked.append(path) or True)
    gather(store.shelf(made), numbered(range(41)).contents)
    gather(store.shelf(made), numbered(range(9)).contents)
    assert sorted(checked) == sorted(store.shelf(made).folder.iterdir())


def test_a_shard_that_goes_away_while_it_is_read(store, made, numbered, embedder):
    shelf = store.shelf(made)
    fill(numbered(range(5)), embedder(), shelf)
    index = shelf.index("rows")
    index.files[0].unlink()
    with pytest.raises(InputError, match="went away"):
        list(shelf.read(index, np.array([0])))
    with pytest.raises(InputError, match="5 of 5 rows are not in the feature cache"):
        gather(shelf, numbered(range(5)).contents)


def test_pandas_reads_a_shard(store, made, numbered, embedder, loop):
    import pandas as pd

    shelf = store.shelf(made)
    photographs = numbered(range(5))
    fill(photographs, embedder(), shelf)
    frame = pd.read_parquet(shelf.index("rows").files[0])
    np.testing.assert_array_equal(np.stack(frame["X"]), loop(range(5)))
    assert frame["image_sha256"].tolist() == hex_names(photographs.contents).tolist()
    assert (digests(frame["image_sha256"].tolist()) == photographs.contents).all()
