"""Real processes: killed ones lose at most one shard, two on one store do not harm each other."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "kill9.py"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is a posix signal")


def start(folder):
    return subprocess.Popen([sys.executable, SCRIPT, "--child", folder], stdout=subprocess.PIPE)


def test_four_kills():
    """The short form of benchmarks/kill9.py, which kills 100 times."""
    done = subprocess.run([sys.executable, SCRIPT, "4", "1"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "identical and nothing kept lost 4 times" in done.stdout


def test_three_processes_on_one_store_one_of_them_killed(tmp_path, content):
    with start(tmp_path / "alone") as alone:
        alone.communicate()
    children = [start(tmp_path / "shared") for _ in range(3)]
    for child in children:
        child.stdout.readline()  # each has begun
    children[0].send_signal(signal.SIGKILL)
    codes = []
    for child in children:
        child.communicate()
        codes.append(child.returncode)
    assert codes == [-signal.SIGKILL, 0, 0]
    with start(tmp_path / "shared") as again:
        again.communicate()  # sweeps what the killed one left half-written
    assert content(tmp_path / "shared") == content(tmp_path / "alone")
    assert content(tmp_path / "alone")
