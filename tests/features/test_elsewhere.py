"""Other tools read the published table: the same rows, in the same order, with the same numbers."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.rows import Naming, Rows
from hindmost.features.chunk import Chunk
from hindmost.features.write_table import write_table

N, D = 60, 7
WORDS = ["id", "image_sha256", "y", "cue", "split", "source_id", "held_out", "X", "logits"]


@pytest.fixture(params=["float32", "float16"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Chunk, np.ndarray]:
    """A folder of three files, its rows, and the features as they are kept."""
    rng = np.random.default_rng(0)
    naming = Naming(("bee", "wasp"), ("indoors", "outdoors"), ("place",), True)
    ids = np.array([f"wäspe {row}" for row in range(N)])
    y, cue, split, source = (rng.integers(0, high, N) for high in (2, 2, 3, 9))
    X = rng.standard_normal((N, D)).astype(np.float32)
    features = Features(Rows(ids, y, cue, split, naming, source), X, X[:, :2])
    whole = Chunk(features, np.array([f"{row:064x}" for row in range(N)]), rng.random(N) < 0.5)
    parts = (Chunk(features.take(part), whole.images[part], whole.held_out[part]) for part in np.split(np.arange(N), 3))
    head = Head(np.eye(2, D), np.zeros(2))
    write_table(tmp_path / "store", parts, provenance={"weights": "w"}, head=head, precision=request.param, part=20)
    return tmp_path / "store", whole, X.astype(request.param)


def test_pyarrow(store: tuple[Path, Chunk, np.ndarray]) -> None:
    folder, whole, X = store
    table = pq.read_table(folder)
    assert table.column_names == WORDS
    flat = table["X"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    np.testing.assert_array_equal(flat.reshape(N, D), X)
    assert table["id"].to_pylist() == whole.features.rows.ids.tolist()


def test_polars(store: tuple[Path, Chunk, np.ndarray]) -> None:
    import polars

    folder, whole, X = store
    frame = polars.scan_parquet(folder / "*.parquet").collect()
    assert frame.columns == WORDS
    assert isinstance(frame.schema["X"], polars.Array)
    np.testing.assert_array_equal(frame["X"].to_numpy(), X)
    np.testing.assert_array_equal(frame["held_out"].to_numpy(), whole.held_out)
    chosen = polars.scan_parquet(folder / "*.parquet").filter(polars.col("y") == 1).select("id").collect()
    assert chosen["id"].to_list() == whole.features.rows.ids[whole.features.rows.y == 1].tolist()


def test_duckdb(store: tuple[Path, Chunk, np.ndarray]) -> None:
    import duckdb

    folder, whole, X = store
    rows = whole.features.rows
    with duckdb.connect() as database:
        found = database.execute(f"select id, X, cue from '{folder}/*.parquet'").fetchall()
        counts = database.execute(f"select y, cue, count(*) from '{folder}/*.parquet' group by all").fetchall()
    assert [one[0] for one in found] == rows.ids.tolist()
    np.testing.assert_array_equal(np.array([one[1] for one in found], dtype=X.dtype), X)
    assert {one[:2]: one[2] for one in counts} == {
        (y, cue): int(((rows.y == y) & (rows.cue == cue)).sum()) for y in range(2) for cue in range(2)
    }


def test_hugging_face_datasets(
    store: tuple[Path, Chunk, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    folder, whole, X = store
    files = [str(file) for file in sorted(folder.glob("*.parquet"))]
    found = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
    assert found.column_names == WORDS
    assert found["id"][:] == whole.features.rows.ids.tolist()
    np.testing.assert_array_equal(np.asarray(found["X"][:], dtype=X.dtype), X)
