"""The command on a Ray cluster: the bytes of ``--engine local``, refusals in one sentence, nothing left running."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from hindmost.cli.main import run
from hindmost.datasets.bluebox import generate

ray = pytest.importorskip("ray")
pytestmark = [
    # 2026-11-23: Ray 2.60 reads its own deprecated settings when ray.data is first used.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    # 2026-11-23: Ray leaves log files and sockets of the processes that it stopped to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
RAY = ["--engine", "ray", "--workers", "2"]
HEADS = "erm,threshold,dfr,dfr-v1,self,committee"


@pytest.fixture(scope="class")
def machine() -> Iterator[str]:
    """A cluster of one machine with 3 CPUs that outlives the command, as a cluster of others would; its address."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        args = {"num_cpus": 3, "object_store_memory": 128 * 2**20, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=args, shutdown_at_exit=False)
    yield cluster.address
    cluster.shutdown()


def same(left: Path, right: Path) -> None:
    """Two folders hold the same files, byte for byte, beside what differs between any two runs."""
    names = [{path.relative_to(out) for path in out.rglob("*") if path.is_file()} for out in (left, right)]
    assert names[0] == names[1]
    assert names[0]
    for name in names[0] - {Path("run.json")}:
        assert (left / name).read_bytes() == (right / name).read_bytes(), name


class TestOnACluster:
    def test_features_and_their_store(
        self, machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Two networks, the second in an early state; their weights travel to the workers."""
        torch = pytest.importorskip("torch")
        from hindmost.backbones import load

        generate(tmp_path / "drawn", train=12, val_per_group=2, test_per_group=2, size=32, workers=1)
        weights = [tmp_path / "late.pth", tmp_path / "early.pth"]
        for seed, path in enumerate(weights):
            torch.save(load("resnet18", n_classes=2, pretrained=False, seed=seed).module.state_dict(), path)
        given = ["--backbone", "resnet18", "--input-size", "32", "--runtime", "torch"]
        given += ["--checkpoint", str(weights[0]), "--early", str(weights[1])]
        monkeypatch.chdir(tmp_path)
        for engine, options in {"local": [], "ray": [*RAY, "--ray-address", machine]}.items():
            monkeypatch.setenv("HINDMOST_CACHE", str(tmp_path / f"cache-{engine}"))
            assert run(["features", "drawn", "-o", f"{engine}/features.npz", *given, *options]) == 0
            assert not ray.is_initialized()
        assert f"Engine: Ray at {machine} (workers: 2, threads of each: 1)" in capsys.readouterr().err
        same(tmp_path / "cache-local" / "features", tmp_path / "cache-ray" / "features")
        local, by_ray = (np.load(tmp_path / engine / "features.npz") for engine in ("local", "ray"))
        assert set(local.files) == set(by_ray.files) >= {"X", "logits", "early_logits"}
        for name in local.files:
            np.testing.assert_array_equal(local[name], by_ray[name])
        assert not np.array_equal(local["logits"], local["early_logits"])

    def test_heads_and_why_one_is_not_available(
        self, machine: str, arrays: dict[str, np.ndarray], write: Callable[..., Path], tmp_path: Path
    ) -> None:
        lacking = (arrays["split"] == 1) & (arrays["y"] == 1) & (arrays["a"] == 0)
        source = str(write({name: values[~lacking] for name, values in arrays.items()}))
        for engine, options in {"local": [], "ray": [*RAY, "--ray-address", machine]}.items():
            assert run(["audit", source, "-o", str(tmp_path / engine), "--heads", HEADS, *options]) == 0
            assert not ray.is_initialized()
        same(tmp_path / "local", tmp_path / "ray")
        heads = json.loads((tmp_path / "ray" / "audit.json").read_text(encoding="utf-8"))["heads"]
        assert "it needs rows of every group, and has none of: y=1, a=0" in heads["dfr"]["reason"]
        assert heads["threshold"]["available"]
        recorded = json.loads((tmp_path / "ray" / "run.json").read_text(encoding="utf-8"))["engine"]
        assert recorded == {"engine": "ray", "address": machine, "workers": 2, "threads": None}

    def test_a_cluster_that_is_too_small(
        self, machine: str, arrays: dict[str, np.ndarray], write: Callable[..., Path], refused, tmp_path: Path
    ) -> None:
        source, out = write(arrays), tmp_path / "out"
        at = ["--engine", "ray", "--ray-address", machine]
        said = refused("audit", source, "-o", out, *at, "--workers", "3", out=out)
        assert "has 3 CPUs (machines of 3), but 3 workers with 1 CPUs each" in said
        assert "Use at most 2 workers of this size, or add machines." in said
        assert "Use at most 0 workers" in refused("audit", source, "-o", out, *at, "--threads", "4", out=out)
        assert not ray.is_initialized()


def test_a_cluster_for_this_run_ends_with_it(
    arrays: dict[str, np.ndarray], write: Callable[..., Path], tmp_path: Path
) -> None:
    """Interrupted while heads are fitted: exit code 130, nothing in OUT, and no process of Ray is left."""
    code = (
        "import os, signal, sys, threading\n"
        "from hindmost.cli import progress\n"
        "from hindmost.cli.main import run\n"
        "step = progress.Bars.step\n"
        "def interrupted(self, stage, done, total):\n"
        "    step(self, stage, done, total)\n"
        "    if stage == 'heads' and not done: threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "progress.Bars.step = interrupted\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    out = tmp_path / "out"
    command = [sys.executable, "-W", "ignore", "-c", code, "audit", str(write(arrays)), "-o", str(out), *RAY]
    environment = {**os.environ, "HINDMOST_TEST_RUN": str(tmp_path)}
    stopped = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert stopped.returncode == 130, stopped.stderr
    assert "Engine: Ray at local (workers: 2, threads of each: 1)" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not out.exists()
    end = time.monotonic() + 20
    while (left := _with_environment(f"HINDMOST_TEST_RUN={tmp_path}")) and time.monotonic() < end:
        time.sleep(0.2)
    assert not left


def _with_environment(entry: str) -> list[str]:
    """Names of the processes that were started with this entry in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if entry.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "comm").read_text().strip())
        except OSError:
            continue
    return found


def test_no_cluster_answers(arrays: dict[str, np.ndarray], write: Callable[..., Path], refused, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = refused("audit", write(arrays), "-o", out, "--engine", "ray", "--ray-address", "auto", out=out)
    assert said.startswith("Error: No Ray cluster could be used at 'auto'")


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--workers", "2"], "--workers: only --engine ray has a cluster. Add --engine ray, or leave out --workers."),
        (["--ray-address", "auto", "--threads", "1"], "--ray-address, --threads: only --engine ray has a cluster."),
        ([*RAY, "--threads", "0"], "--threads must be at least 1, but 0 came."),
        (["--engine", "spark"], "'spark' is not one of 'local', 'ray'"),
    ],
)
@pytest.mark.parametrize("verb", ["audit", "features"])
def test_flags_that_would_do_nothing(verb: str, flags: list[str], sentence: str, refused, tmp_path: Path) -> None:
    assert sentence in refused(verb, tmp_path, "-o", tmp_path / "out.npz", *flags, out=tmp_path / "out.npz")


def test_ray_is_not_installed(refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before anything is read: the input does not even exist."""
    monkeypatch.setitem(sys.modules, "ray", None)
    for verb in ("audit", "features"):
        said = refused(verb, tmp_path / "nothing", "-o", tmp_path / "out.npz", *RAY, out=tmp_path / "out.npz")
        assert said == 'Error: Many machines need ray, which is not installed. Run: pip install "hindmost[ray]"'
