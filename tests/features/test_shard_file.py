"""A file is there under its checksum, or it is not there."""

import hashlib
import os
import platform

import pytest

from hindmost.core.errors import InputError
from hindmost.features.shard_file import intact, new_shard, shards, sweep


def test_the_name_is_the_checksum(tmp_path):
    with new_shard(tmp_path / "deep" / "folder", "rows") as stream:
        stream.write(b"abc")
        assert shards(tmp_path / "deep" / "folder", "rows") == []
    (path,) = shards(tmp_path / "deep" / "folder", "rows")
    assert path.name == f"rows-{hashlib.sha256(b'abc').hexdigest()}.parquet"
    assert intact(path)
    path.write_bytes(b"abd")
    assert not intact(path)
    assert not intact(path.with_name("rows-0.parquet"))


def interrupted(folder, error):
    with new_shard(folder, "rows") as stream:
        stream.write(b"abc")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_leaves_nothing(tmp_path, error):
    with pytest.raises(error):
        interrupted(tmp_path, error)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(InputError, match=r"No space left on device.*name another"), new_shard(tmp_path, "rows"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_parts_of_dead_processes_are_swept_and_those_of_living_ones_stay(tmp_path):
    node = platform.node()
    dead, alive = tmp_path / f".{node}-{2**30}-00000000.part", tmp_path / f".{node}-{os.getpid()}-00000000.part"
    elsewhere = tmp_path / ".another-machine-1-00000000.part"
    for path in (dead, alive, elsewhere):
        path.touch()
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, elsewhere])
    sweep(tmp_path / "absent")
