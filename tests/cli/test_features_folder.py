"""Features in a folder: the same audit as from one file, from arrays and from photographs, damaged ones among them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hindmost import backbones
from hindmost.cli.main import run
from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.rows import Naming, Rows
from hindmost.features.chunk import Chunk
from hindmost.features.read_table import read_table
from hindmost.features.write_table import write_table
from hindmost.pipeline.audit import audit
from hindmost.pipeline.features import features
from hindmost.pipeline.options import AuditOptions, DataOptions, ModelOptions

Arrays = dict[str, np.ndarray]


def read(out: Path) -> dict:
    return json.loads((out / "audit.json").read_text(encoding="utf-8"))


def without_source(out: Path) -> dict:
    """An audit without what says where the features came from: name and layout of the source, and their maker."""
    found = read(out)
    for name in ("name", "recognised"):
        del found["data"][name]
    for name in ("backbone", "weights_hash", "preprocessing", "extraction"):
        del found["model"][name]
    return found


def publish(folder: Path, arrays: Arrays, **changes: object) -> Path:
    """The arrays as a folder of two files."""
    ids = np.array([str(row) for row in range(len(arrays["y"]))])
    rows = Rows(ids, arrays["y"], arrays["a"], arrays["split"], Naming(("y=0", "y=1"), ("a=0", "a=1"), ("a",)))
    whole = Features(rows, arrays["X"], arrays["logits"])
    chunks = (Chunk(whole.take(np.arange(start, start + 400))) for start in range(0, len(rows), 400))
    options = {"provenance": {"weights": "w"}, "part": 800, "head": Head(arrays["coef"], arrays["intercept"])}
    write_table(folder, chunks, **{**options, "data": {"rows": len(rows)}, **changes})
    return folder


@pytest.fixture
def headed(arrays: Arrays) -> Arrays:
    coef = np.zeros((2, arrays["X"].shape[1]))
    coef[1, :2] = 2, 3
    return {**arrays, "coef": coef, "intercept": np.array([9.0, 0.0])}


def test_the_same_audit_as_from_one_file(headed: Arrays, write: Callable[..., Path], tmp_path: Path) -> None:
    folder = publish(tmp_path / "features", headed)
    assert len(list(folder.iterdir())) == 2
    for source, out in ((folder, "a"), (write(headed), "b")):
        assert run(["audit", str(source), "-o", str(tmp_path / out)]) == 0
    assert without_source(tmp_path / "a") == without_source(tmp_path / "b")
    for name in ("predictions.parquet", "heads/erm.npz", "heads/dfr.npz"):
        if name.endswith("parquet"):
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        else:
            with np.load(tmp_path / "a" / name) as one, np.load(tmp_path / "b" / name) as other:
                np.testing.assert_array_equal(one["coef"], other["coef"])
    assert read(tmp_path / "a")["model"]["weights_hash"] == "w"


def test_without_a_head_it_is_recovered(headed: Arrays, tmp_path: Path) -> None:
    assert run(["audit", str(publish(tmp_path / "f", headed, head=None)), "-o", str(tmp_path / "out")]) == 0
    assert "least squares" in read(tmp_path / "out")["model"]["baseline_source"]


def test_a_card_gives_other_names(headed: Arrays, tmp_path: Path) -> None:
    card = tmp_path / "mine.yaml"
    card.write_text("name: hens\nclasses: {0: hen, 1: cock}\ncues: {a: {0: inside, 1: outside}}\nknown_faults: [dim]\n")
    folder = publish(tmp_path / "f", headed)
    assert run(["audit", str(folder), "--card", str(card), "--cue", "a", "-o", str(tmp_path / "out")]) == 0
    data = read(tmp_path / "out")["data"]
    assert (data["name"], data["groups"][1], data["known_faults"]) == ("hens", "hen, outside", ["dim"])


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda parts: parts[0].unlink(), "one is missing"),
        (lambda parts: parts[1].unlink(), "its last part is missing"),
        (lambda parts: parts[1].write_bytes(parts[1].read_bytes()[:-9]), "is damaged"),
        (lambda parts: shutil.copy(parts[0], str(parts[0]).replace("0000", "0001")), "there twice"),
    ],
)
def test_a_folder_that_is_not_whole(damage, why: str, headed: Arrays, refused, tmp_path: Path) -> None:
    folder = publish(tmp_path / "f", headed)
    damage(sorted(folder.iterdir()))
    assert why in refused("audit", folder, "-o", tmp_path / "out", out=tmp_path / "out")


@pytest.mark.parametrize("option", [["--cue", "place"], ["--metadata", "rows.csv"], ["--epochs", "3"]])
def test_options_that_the_folder_answers_itself(option: list[str], headed: Arrays, refused, tmp_path: Path) -> None:
    said = refused("audit", publish(tmp_path / "f", headed), "-o", tmp_path / "out", *option, out=tmp_path / "out")
    assert option[0] in said


@pytest.mark.vision
def test_photographs_to_a_folder_to_the_same_audit(few: Path, quick: ModelOptions, tmp_path: Path) -> None:
    for name in ("f", "f.npz"):
        features(few, tmp_path / name, model=quick)
        options = AuditOptions(DataOptions(card=few / "card.yaml"))
        audit(tmp_path / name, tmp_path / f"from-{name}", options)
    assert without_source(tmp_path / "from-f") == without_source(tmp_path / "from-f.npz")
    audit(few, tmp_path / "images", AuditOptions(model=quick))
    images, folder = read(tmp_path / "images"), read(tmp_path / "from-f")
    for part in ("backbone", "weights_hash", "preprocessing"):
        assert folder["model"][part] == images["model"][part]
    assert {**images["model"]["extraction"], "kept_as": "float32"} == folder["model"]["extraction"]
    assert folder["data"]["name"] == images["data"]["name"]
    for name in ("erm", "dfr"):
        assert folder["heads"][name]["groups"] == images["heads"][name]["groups"]
        assert folder["heads"][name]["weights"] == images["heads"][name]["weights"]


@pytest.mark.vision
def test_half_precision_in_both_forms(few: Path, quick: ModelOptions, tmp_path: Path) -> None:
    for name in ("f", "f.npz"):
        features(few, tmp_path / name, model=quick, precision="float16")
    X = np.concatenate([chunk.features.X for chunk in read_table(tmp_path / "f").chunks()])
    with np.load(tmp_path / "f.npz") as stored:
        assert stored["X"].dtype == np.float16
        np.testing.assert_array_equal(X, stored["X"].astype(np.float32))


@pytest.mark.vision
def test_where_features_may_be_written(few: Path, quick: ModelOptions, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(InputError, match="is not empty"):
        features(few, tmp_path / "full", model=quick)
    with pytest.raises(InputError, match=r"folder or to a file that ends in \.npz"):
        features(few, tmp_path / "f.csv", model=quick)
    (tmp_path / "empty").mkdir()
    features(few, tmp_path / "empty", model=quick)
    assert len(read_table(tmp_path / "empty")) == 48 + 80


@pytest.mark.vision
def test_a_second_audit_does_no_forward_pass(few: Path, quick: ModelOptions, tmp_path: Path) -> None:
    """Only loading the network, which finds the cut by listening to noise, calls it a second time."""
    import colours_net

    def rows_seen(work: Callable[[], object]) -> int:
        before = sum(colours_net.seen)
        work()
        return sum(colours_net.seen) - before

    first, second = (
        rows_seen(lambda name=name: audit(few, tmp_path / name, AuditOptions(model=quick))) for name in ("a", "b")
    )
    loading = rows_seen(lambda: backbones.load(quick.backbone, checkpoint=quick.checkpoint))
    assert second == loading
    assert first >= loading + 48 + 80
    assert (tmp_path / "a" / "audit.json").read_bytes() == (tmp_path / "b" / "audit.json").read_bytes()
