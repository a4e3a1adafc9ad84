"""Stored embeddings: three kinds of file, one dataset; and every way in which a file can be bad."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hindmost.core.errors import InputError
from hindmost.datasets.open import open_input

N = 12
X = np.random.default_rng(0).normal(size=(N, 5)).astype(np.float32)
LOGITS = np.random.default_rng(1).normal(size=(N, 2)).astype(np.float32)
TABLE: dict[str, Any] = {
    "y": np.arange(N) % 2,
    "place": np.arange(N) // 2 % 2,
    "split": np.array(["train", "val", "test"])[np.arange(N) // 4],
    "img_id": np.arange(100, 100 + N),
}


def npz(folder: Path, **changes: Any) -> Path:
    arrays = {"X": X, "logits": LOGITS, **TABLE, **changes}
    np.savez(folder / "e.npz", **{name: array for name, array in arrays.items() if array is not None})
    return folder / "e.npz"


def frame(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame({**TABLE, **changes})


def parquet(folder: Path, table: pd.DataFrame) -> Path:
    table.to_parquet(folder / "e.parquet")
    return folder / "e.parquet"


def npy(folder: Path) -> Path:
    np.save(folder / "e.npy", X)
    frame(**{f"logit_{at}": LOGITS[:, at] for at in range(2)}).drop(columns=["logit_0", "logit_1"]).to_csv(
        folder / "e.csv", index=False
    )
    return folder / "e.npy"


def numbered(folder: Path, stem: str, order: list[int]) -> Path:
    return parquet(folder, frame(**{f"{stem}{at}": X[:, at] for at in order}))


@pytest.mark.parametrize("kind", ["npz", "list", "f", "feature_", "named", "npy"])
def test_every_kind_of_file_gives_the_same_rows_and_features(tmp_path: Path, kind: str) -> None:
    path = {
        "npz": lambda: npz(tmp_path),
        "list": lambda: parquet(tmp_path, frame(embedding=list(X), logits=list(LOGITS))),
        "f": lambda: numbered(tmp_path, "f", [3, 0, 4, 1, 2]),
        "feature_": lambda: numbered(tmp_path, "feature_", [4, 3, 2, 1, 0]),
        "named": lambda: parquet(tmp_path, frame(**{f"feature_{'abcde'[at]}": X[:, at] for at in range(5)})),
        "npy": lambda: npy(tmp_path),
    }[kind]()
    data = open_input(path)
    assert data.X is not None
    assert data.X.dtype == np.float32
    assert np.array_equal(data.X, X)
    assert data.rows.group.tolist() == (2 * TABLE["y"] + TABLE["place"]).tolist()
    assert data.rows.split.tolist() == (np.arange(N) // 4).tolist()
    assert data.rows.ids.tolist() == [str(at) for at in TABLE["img_id"]]
    assert data.images is None
    if kind in ("npz", "list"):
        assert data.logits is not None
        assert np.array_equal(data.logits, LOGITS)


def test_numbered_columns_count_as_numbers_do(tmp_path: Path) -> None:
    wide = np.tile(np.arange(12, dtype=np.float64), (N, 1))
    data = open_input(parquet(tmp_path, frame(**{f"f{at}": wide[:, at] for at in range(12)})))
    assert data.X is not None
    assert data.X[0].tolist() == list(range(12))


def test_without_ids_rows_are_numbered(tmp_path: Path) -> None:
    assert open_input(npz(tmp_path, img_id=None)).rows.ids.tolist()[:2] == ["0", "1"]


def test_text_bytes_and_minus_one_are_understood(tmp_path: Path) -> None:
    place = np.array([b"land", b"sea"])[TABLE["place"]]
    naming = open_input(npz(tmp_path, y=2.0 * TABLE["y"] - 1, place=place)).rows.naming
    assert naming.groups == ("y=-1, land", "y=-1, sea", "y=1, land", "y=1, sea")


def test_twins_and_sources_are_clusters(tmp_path: Path) -> None:
    data = open_input(npz(tmp_path, twin_of=np.where(np.arange(N) == 1, 100, -1), source_id=np.arange(N) // 2))
    assert data.rows.cluster is not None
    assert data.rows.cluster.tolist() == (np.arange(N) // 2).tolist()


def test_the_networks_own_last_layer(tmp_path: Path) -> None:
    coef, intercept = np.arange(10.0).reshape(2, 5), np.array([0.5, -0.5])
    data = open_input(npz(tmp_path, coef=coef, intercept=intercept))
    assert data.head is not None
    assert data.recognised["head"] == "coef, intercept"
    np.testing.assert_array_equal(data.head.coef, coef)
    assert open_input(npz(tmp_path, coef=coef)).head is None


def bad(**change: Any) -> Any:
    return change


NAN = np.where(np.arange(N * 5).reshape(N, 5) == 22, np.nan, X)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (bad(X=None), "no array X"),
        (bad(y=None), "no class column"),
        (bad(split=None), "no split column"),
        (bad(place=None), "--cue NAME"),
        (bad(X=NAN), "X holds NaN, infinite or too large values in 1 rows, first in row 5"),
        (bad(X=X.astype(np.float64) * 1e300), "too large"),
        (bad(logits=np.full((N, 2), np.inf)), "logits holds NaN, infinite"),
        (bad(logits=LOGITS[:-1]), "X has 12 rows, .* has 11"),
        (bad(logits=np.ones((N, 3))), "logits have 3 columns, the table has 2 classes"),
        (bad(coef=np.ones((2, 9)), intercept=np.ones(2)), "coef is float64 of shape"),
        (bad(coef=np.ones((3, 5)), intercept=np.ones(3)), "coef has 3 rows, the table has 2 classes"),
        (bad(coef=np.full((2, 5), np.nan), intercept=np.ones(2)), "NaN or infinite weights"),
        (bad(X=X[:-1], logits=None), "Store one number or text per row"),
        (bad(y=TABLE["y"][:-1]), "y is int64 of shape"),
        (bad(X=X[:, 0]), "expected numbers of shape"),
        (bad(X=X.astype(np.str_)), "expected numbers of shape"),
        (bad(X=X[:, :0]), "expected numbers of shape"),
        (bad(X=X.astype(object)), "pickled objects"),
        (bad(names=np.array([{"a": 1}] * N)), "pickled objects"),
        (bad(y=TABLE["y"] * 2), "y holds 2 but not 1"),
        (bad(y=TABLE["y"] - 5), "y holds -5"),
        (bad(split=np.full(N, "nowhere")), "split is 'nowhere' in row 1"),
        (bad(img_id=np.zeros(N, dtype=int)), "occurs 12 times"),
        (bad(Y=TABLE["y"]), "equal rank could be the class"),
    ],
)
def test_a_bad_npz_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_input(npz(tmp_path, **changes))


def test_a_broken_npz_is_refused(tmp_path: Path) -> None:
    path = npz(tmp_path)
    whole = path.read_bytes()
    for content in (b"", b"not a zip", whole[: len(whole) // 2], whole[:200] + bytes(100) + whole[300:]):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"e\.npz"):
            open_input(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", b"\x93NUMPY\x01\x00nonsense")
    with pytest.raises(InputError, match="not a readable"):
        open_input(path)


def test_metadata_beside_a_file_that_holds_its_own_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Leave --metadata out"):
        open_input(npz(tmp_path), metadata=Path("t.csv"))


def test_a_bad_parquet_is_refused(tmp_path: Path) -> None:
    lists = [list(line) for line in X]
    cases = [
        (frame(), "no features"),
        (frame(X=[lists[0][:4], *lists[1:]]), "different lengths"),
        (frame(X=[None, *lists[1:]]), "different lengths"),
        (frame(X=[[np.nan] * 5, *lists[1:]]), "NaN"),
        (frame(f0=X[:, 0], feature_0=X[:, 0]), "two names"),
        (frame(f0=X[:, 0])[:0], "no rows"),
    ]
    for table, message in cases:
        with pytest.raises(InputError, match=message):
            open_input(parquet(tmp_path, table))
    (tmp_path / "e.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(InputError, match=r"not a readable \.parquet"):
        open_input(tmp_path / "e.parquet")


def test_a_bad_npy_is_refused(tmp_path: Path) -> None:
    path = npy(tmp_path)
    (tmp_path / "e.csv").rename(tmp_path / "t.csv")
    with pytest.raises(InputError, match="neither is there"):
        open_input(path)
    assert len(open_input(path, metadata=tmp_path / "t.csv").rows) == N
    frame().to_parquet(tmp_path / "e.parquet")
    assert len(open_input(path).rows) == N
    np.save(path, X[:-1])
    with pytest.raises(InputError, match="X has 11 rows, its table has 12"):
        open_input(path)
    np.save(path, X.astype(object), allow_pickle=True)
    with pytest.raises(InputError, match="pickled objects"):
        open_input(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(InputError, match=r"not a readable|pickled"):
        open_input(path)


@pytest.mark.realdata
def test_the_stored_features_of_waterbirds50(real_data: Path) -> None:
    data = open_input(real_data / "waterbirds50" / "features_lite0.npz")
    assert data.X is not None
    assert data.logits is not None
    assert (data.X.shape, data.logits.shape) == ((2889, 1280), (2889, 2))
    test = data.rows.mask("test")
    right = (data.logits.argmax(axis=1) == data.rows.y)[test]
    accuracy = [round(float(right[data.rows.group[test] == group].mean()), 3) for group in range(4)]
    assert accuracy == [0.988, 0.422, 0.231, 0.981]
