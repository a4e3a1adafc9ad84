"""Images that pass the check and cannot be read when their features are computed: set aside, within one limit."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hindmost.core.errors import InputError
from hindmost.features.read_table import read_table
from hindmost.pipeline.audit import audit
from hindmost.pipeline.features import features
from hindmost.pipeline.options import AuditOptions, DataOptions, ModelOptions, Talk

pytest.importorskip("torch")
pytestmark = pytest.mark.vision


def read(out: Path) -> dict:
    return json.loads((out / "audit.json").read_text(encoding="utf-8"))


@pytest.fixture
def photographs(few: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(few, tmp_path / "photographs"))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def another(path: Path) -> None:
    other = next(file for file in sorted(path.parent.iterdir()) if file.read_bytes() != path.read_bytes())
    shutil.copy(other, path)


def after_the_check(work: Callable[[], None]) -> Talk:
    """Does the work once, when extraction begins: after every image was checked and before any is decoded again."""
    waiting = [work]

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "features" and waiting:
            waiting.pop()()

    return Talk(progress=progress)


def image_of(photographs: Path, split: str, at: int = 0) -> tuple[str, Path]:
    """The id and file of one row of a split."""
    table = pd.read_csv(photographs / "metadata.csv")
    names = ("train", "val", "test")
    row = table[table["split"].astype(str).isin([split, str(names.index(split))])].iloc[at]
    return str(row["img_filename"]), photographs / str(row["img_filename"])


@pytest.mark.parametrize(
    ("damage", "reason", "split"),
    [(truncated, "has changed", "train"), (another, "has changed", "val"), (os.unlink, "cannot be read", "test")],
)
def test_an_image_that_goes_bad_after_the_check_is_set_aside(
    damage, reason: str, split: str, photographs: Path, quick: ModelOptions, tmp_path: Path
) -> None:
    """The same result as if it had been bad before, but for the reason."""
    name, path = image_of(photographs, split)
    options = AuditOptions(model=quick)
    result = audit(photographs, tmp_path / "late", options, talk=after_the_check(lambda: damage(path)))
    (aside,) = result.data.set_aside
    assert aside.split == split
    assert aside.reason.startswith(name)
    assert reason in aside.reason
    path.unlink(missing_ok=True)
    audit(photographs, tmp_path / "early", options)
    late, early = read(tmp_path / "late"), read(tmp_path / "early")
    for one in (late, early):
        one["data"]["set_aside"][0].pop("reason")
        one["findings"] = [finding for finding in one["findings"] if finding["code"] != "HM011"]
    assert late["data"]["counts"] == early["data"]["counts"]
    assert late == early


def test_the_limit_counts_both_kinds(photographs: Path, quick: ModelOptions, tmp_path: Path) -> None:
    """One row of a split may go: the second, found later, is too many; with a wider limit both go."""
    first, second = (image_of(photographs, "test", at)[1] for at in (0, 1))
    first.write_bytes(b"")
    kept = second.read_bytes()
    talk = after_the_check(lambda: truncated(second))
    with pytest.raises(InputError, match=r"2 of 40 images of test .*1 of them named before"):
        audit(photographs, tmp_path / "out", AuditOptions(model=quick), talk=talk)
    assert not (tmp_path / "out").exists()
    second.write_bytes(kept)
    options = AuditOptions(DataOptions(most_bad=0.05), quick)
    talk = after_the_check(lambda: truncated(second))
    assert len(audit(photographs, tmp_path / "out", options, talk=talk).data.set_aside) == 2


def test_features_leave_the_row_out_and_remember_it(photographs: Path, quick: ModelOptions, tmp_path: Path) -> None:
    name, path = image_of(photographs, "val")
    features(photographs, tmp_path / "f", model=quick, talk=after_the_check(lambda: truncated(path)))
    table = read_table(tmp_path / "f")
    assert len(table) == 48 + 80 - 1
    audit(tmp_path / "f", tmp_path / "out", AuditOptions())
    (aside,) = read(tmp_path / "out")["data"]["set_aside"]
    assert aside["reason"].startswith(name)
