"""The published store: what was written comes back, in any cut, and other tools read the same numbers."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.rows import Naming, Rows
from hindmost.features.chunk import Chunk
from hindmost.features.read_table import read_table
from hindmost.features.write_table import write_table

NAMING = Naming(("bee", "wasp"), ("indoors", "outdoors", "flower"), ("place",), True)


def features_of(n, seed=0, *, logits=True, cluster=True, naming=NAMING):
    """Rows with everything that may be known of them, or only with what must be."""
    rng = np.random.default_rng(seed)
    rows = Rows(
        np.array([f"{seed}-{i}" for i in range(n)]),
        rng.integers(0, 2, n),
        rng.integers(0, len(naming.cues), n),
        rng.integers(0, 3, n),
        naming,
        rng.integers(0, 9, n) if cluster else None,
    )
    X = rng.standard_normal((n, 5)).astype(np.float32)
    known = logits
    return Chunk(
        Features(rows, X, X[:, :2] if known else None, {}, X[:, 3:] if known else None),
        np.array([f"{row:064x}" for row in range(n)]) if known else None,
        rng.random(n) < 0.5 if known else None,
    )


def cut(whole, size):
    """The rows in chunks."""
    for start in range(0, len(whole), size):
        part = slice(start, start + size)
        optional = [None if column is None else column[part] for column in (whole.images, whole.held_out)]
        yield Chunk(whole.features.take(np.arange(len(whole))[part]), *optional)


def joined(chunks):
    """Every column of some chunks that is known, in one piece."""
    chunks = list(chunks)

    def column(owner, name):
        parts = [getattr(owner(chunk), name) for chunk in chunks]
        return None if parts[0] is None else np.concatenate(parts)

    found = {name: column(lambda c: c.features.rows, name) for name in ("ids", "y", "cue", "split", "cluster")}
    found |= {name: column(lambda c: c.features, name) for name in ("X", "logits", "early")}
    found |= {name: column(lambda c: c, name) for name in ("images", "held_out")}
    return {name: values for name, values in found.items() if values is not None}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 70), st.integers(1, 30), st.integers(1, 40), st.integers(1, 30), st.booleans(), st.booleans())
def test_there_and_back_in_any_cut(tmp_path_factory, n, chunk, part, size, logits, cluster):
    folder = tmp_path_factory.mktemp("store")
    given = features_of(n, logits=logits, cluster=cluster)
    assert write_table(folder, cut(given, chunk), provenance={"weights": "w"}, part=part) == n
    table = read_table(folder)
    assert len(table) == n
    assert (table.naming, table.provenance) == (NAMING, {"weights": "w"})
    back, expected = joined(table.chunks(size=size)), joined([given])
    assert back.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(back[name], values)
    assert max(len(found) for found in table.chunks(size=size)) <= size
    assert [path.name[:10] for path in table.files] == [f"part-{i:05d}" for i in range(len(table.files))]


def test_one_split(tmp_path):
    given = features_of(200)
    write_table(tmp_path, cut(given, 30), provenance={})
    found = joined(read_table(tmp_path).chunks("val", size=16))
    np.testing.assert_array_equal(found["ids"], given.of("val").features.rows.ids)
    np.testing.assert_array_equal(found["X"], given.of("val").features.X)


def test_the_same_rows_give_the_same_files(tmp_path, content):
    for name in ("a", "b"):
        write_table(tmp_path / name, cut(features_of(100), 16), provenance={"weights": "w"}, part=40)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_half_precision(tmp_path):
    given = features_of(20)
    write_table(tmp_path, cut(given, 7), provenance={}, precision="float16")
    back = joined(read_table(tmp_path).chunks())
    np.testing.assert_array_equal(back["X"], given.features.X.astype(np.float16).astype(np.float32))
    np.testing.assert_array_equal(back["logits"], given.features.logits)
    assert str(pq.read_schema(read_table(tmp_path).files[0]).field("X").type.value_type) == "halffloat"


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_pandas_reads_the_folder(tmp_path, precision):
    given = features_of(50)
    write_table(tmp_path, cut(given, 7), provenance={"weights": "w"}, precision=precision, part=20)
    frame = pd.read_parquet(tmp_path)
    assert list(frame) == ["id", "image_sha256", "y", "cue", "split", "source_id", "held_out", "X", "logits",
                           "early_logits"]  # fmt: skip
    assert frame["id"].tolist() == given.features.rows.ids.tolist()
    np.testing.assert_array_equal(np.stack(frame["X"]), given.features.X.astype(precision))
    assert frame["image_sha256"].str.len().eq(64).all()


def test_the_schema_names_groups_and_provenance(tmp_path):
    write_table(tmp_path, cut(features_of(5), 5), provenance={"weights": "w", "extraction": {"threads": 2}})
    meta = json.loads(pq.read_schema(read_table(tmp_path).files[0]).metadata[b"hindmost"])
    assert meta["naming"]["cues"] == ["indoors", "outdoors", "flower"]
    assert (meta["weights"], meta["extraction"], meta["format"]) == ("w", {"threads": 2}, 1)


def test_damage_is_noticed(tmp_path):
    write_table(tmp_path, cut(features_of(50), 10), provenance={}, part=20)
    table = read_table(tmp_path)
    table.check()
    data = bytearray(table.files[1].read_bytes())
    data[40] ^= 1
    table.files[1].write_bytes(data)
    with pytest.raises(InputError, match=r"part-00001.*is damaged"):
        table.check()
    table.files[1].write_bytes(data[:30])
    with pytest.raises(InputError, match="not a readable Parquet file"):
        read_table(tmp_path)
    table.files[1].unlink()
    with pytest.raises(InputError, match="one is missing"):
        read_table(tmp_path)


def test_chunks_of_two_datasets(tmp_path):
    other = Naming(("bee", "wasp"), ("indoors", "outdoors"), ("place",))
    mixed = [*cut(features_of(5), 5), *cut(features_of(5, 1, naming=other), 5)]
    with pytest.raises(InputError, match="Write chunks of one dataset"):
        write_table(tmp_path, mixed, provenance={})
    assert list(tmp_path.iterdir()) == []


def test_stores_of_two_runs(tmp_path):
    write_table(tmp_path, cut(features_of(5), 5), provenance={"weights": "w"})
    write_table(tmp_path, cut(features_of(5), 5), provenance={"weights": "v"})
    with pytest.raises(InputError, match="not written by one run"):
        read_table(tmp_path)


def test_nothing(tmp_path):
    with pytest.raises(InputError, match="no rows to write"):
        write_table(tmp_path, [], provenance={})
    with pytest.raises(InputError, match=r"holds no part-\*\.parquet"):
        read_table(tmp_path)


def test_columns_of_another_length():
    with pytest.raises(InputError, match=r"held_out has shape \(3,\), expected \(5,\)"):
        Chunk(features_of(5).features, None, np.ones(3, bool))
