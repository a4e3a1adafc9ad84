"""Embeddings that cannot be used: exit code 2, one sentence, nothing in OUT."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Arrays = dict[str, np.ndarray]
Write = Callable[..., Path]
Refused = Callable[..., str]


def nan_feature(arrays: Arrays) -> None:
    arrays["X"][3, 4] = np.nan


def infinite_feature(arrays: Arrays) -> None:
    arrays["X"][5, 0] = np.inf


def short_logits(arrays: Arrays) -> None:
    arrays["logits"] = arrays["logits"][:-1]


def logits_of_another_network(arrays: Arrays) -> None:
    arrays["logits"] = np.random.default_rng(0).normal(size=arrays["logits"].shape).astype(np.float32)


def unknown_split(arrays: Arrays) -> None:
    arrays["split"] = np.where(arrays["split"] == 2, 7, arrays["split"])


def negative_class(arrays: Arrays) -> None:
    arrays["y"] = np.where(arrays["y"] == 1, -3, arrays["y"])


def gap_in_classes(arrays: Arrays) -> None:
    arrays["y"] = arrays["y"] * 2


def object_array(arrays: Arrays) -> None:
    arrays["X"] = np.array([object()] * len(arrays["y"]), dtype=object)


def no_cue(arrays: Arrays) -> None:
    del arrays["a"]


def no_split(arrays: Arrays) -> None:
    del arrays["split"]


CASES: list[tuple[Callable[[Arrays], None], str]] = [
    (nan_feature, "NaN"),
    (infinite_feature, "infinite"),
    (short_logits, "logits"),
    (logits_of_another_network, "logits"),
    (unknown_split, "7"),
    (negative_class, "-3"),
    (gap_in_classes, "gap"),
    (object_array, "object"),
    (no_cue, "--cue"),
    (no_split, "split"),
]


@pytest.mark.parametrize(("spoil", "named"), CASES, ids=[case[0].__name__ for case in CASES])
def test_refused(
    spoil: Callable[[Arrays], None], named: str, arrays: Arrays, write: Write, refused: Refused, tmp_path: Path
) -> None:
    spoil(arrays)
    out = tmp_path / "out"
    assert named in refused("audit", write(arrays), "-o", out, out=out)


def test_missing_file(refused: Refused, tmp_path: Path) -> None:
    assert "nowhere.npz" in refused("audit", tmp_path / "nowhere.npz", "-o", tmp_path / "out", out=tmp_path / "out")


def test_no_npz(refused: Refused, tmp_path: Path) -> None:
    file = tmp_path / "broken.npz"
    file.write_bytes(b"PK\x03\x04 cut short")
    assert "broken.npz" in refused("audit", file, "-o", tmp_path / "out", out=tmp_path / "out")


def test_unknown_head(arrays: Arrays, write: Write, refused: Refused, tmp_path: Path) -> None:
    said = refused("audit", write(arrays), "-o", tmp_path / "out", "--heads", "erm,nonsense", out=tmp_path / "out")
    assert "nonsense" in said
    assert "dfr" in said


def test_deciding_head_must_be_fitted(arrays: Arrays, write: Write, refused: Refused, tmp_path: Path) -> None:
    said = refused("audit", write(arrays), "-o", tmp_path / "out", "--heads", "erm,threshold", out=tmp_path / "out")
    assert "deciding head" in said


def test_unknown_policy_field(arrays: Arrays, write: Write, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("targt: 0.9\n")
    out = tmp_path / "out"
    assert "targt" in refused("audit", write(arrays), "-o", out, "--policy", tmp_path / "policy.yaml", out=out)


def test_options_that_would_do_nothing(arrays: Arrays, write: Write, refused: Refused, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "--checkpoint" in refused("audit", write(arrays), "-o", out, "--checkpoint", "my.pth", out=out)
    assert "--epochs" in refused("audit", write(arrays), "-o", out, "--epochs", "3", out=out)


def test_usage_error(refused: Refused) -> None:
    assert "--nonsense" in refused("audit", "--nonsense")


def test_out_is_a_file(arrays: Arrays, write: Write, refused: Refused, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert "taken" in refused("audit", write(arrays), "-o", taken)
    assert taken.read_text() == "mine"


def test_read_only_disk(arrays: Arrays, write: Write, refused: Refused) -> None:
    assert "/proc/hindmost" in refused("audit", write(arrays), "-o", "/proc/hindmost")


def test_demo_without_a_cache(refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HINDMOST_CACHE", "/proc/hindmost")
    assert "HINDMOST_CACHE" in refused("demo", "-o", tmp_path / "out", out=tmp_path / "out")


def test_demo_with_a_knob_out_of_range(refused: Refused, tmp_path: Path) -> None:
    assert "correlation" in refused("demo", "--correlation", "1.2", "-o", tmp_path / "out", out=tmp_path / "out")


def test_full_disk(arrays: Arrays, write: Write, tmp_path: Path) -> None:
    """A disk that takes no more than 20 kB a file: exit code 2, and OUT is not there."""
    out = tmp_path / "out"
    code = (
        "import resource, signal, sys\n"
        "from hindmost.cli.main import run\n"
        "import hindmost.pipeline.audit\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "audit", str(write(arrays)), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"embeddings.npz", "cache"}
