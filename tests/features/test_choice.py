"""A choice is made once per store."""

import errno
from concurrent.futures import ThreadPoolExecutor

import pytest

from hindmost.core.errors import InputError
from hindmost.features.choice import choice


def test_made_once_and_kept(tmp_path):
    made = []

    def choose():
        made.append(1)
        return {"runtime": "torch", "images_per_second": 12.5}

    first = choice(tmp_path / "store", "runtime-ab", choose)
    assert first == choice(tmp_path / "store", "runtime-ab", choose) == {"runtime": "torch", "images_per_second": 12.5}
    assert len(made) == 1
    assert choice(tmp_path / "store", "runtime-cd", lambda: {"runtime": "other"}) == {"runtime": "other"}
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == ["runtime-ab.json", "runtime-cd.json"]


def test_of_many_at_once_all_go_on_with_one(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: choice(tmp_path, "runtime", lambda: {"n": n}), range(8)))
    assert all(each == found[0] for each in found)


def test_on_a_disk_without_links(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    assert choice(tmp_path, "runtime", lambda: {"n": 1}) == choice(tmp_path, "runtime", lambda: {"n": 2}) == {"n": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["runtime.json"]


def test_damage_and_folders_that_cannot_be_used(tmp_path):
    (tmp_path / "runtime.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        choice(tmp_path, "runtime", dict)
    with pytest.raises(InputError, match="cannot be used"):
        choice(tmp_path / "runtime.json", "other", dict)
