"""Files are read under the content that they were checked with, or not at all."""

import hashlib

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.features.addressed import Addressed
from hindmost.features.digests import digests
from hindmost.features.fill import fill


def decode(content, path):
    return np.full((8, 8, 3), content[0], dtype=np.uint8)


def files(paths, hashes):
    return Addressed([str(path) for path in paths], digests(hashes), decode).photographs()


@pytest.fixture
def folder(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number + 1]))
    return paths, [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_what_is_read_is_what_was_checked(folder):
    photographs = files(*folder)
    assert photographs.load(1)[0, 0, 0] == 2
    assert len(photographs) == 3


def test_a_file_that_changed_under_its_name_is_refused(folder, store, made, embedder):
    paths, hashes = folder
    paths[1].write_bytes(b"other")
    with pytest.raises(InputError, match=r"1\.png has changed since it was checked"):
        files(paths, hashes).load(1)
    heard = []
    shelf = store.shelf(made)
    fill(files(paths, hashes), embedder(), shelf, set_aside=lambda *said: heard.append(said))
    assert [position for position, _ in heard] == [1]
    assert len(shelf.index("rows").contents) == 2


def test_a_file_that_changed_between_runs_is_computed_again(folder, store, made, embedder):
    paths, hashes = folder
    fill(files(paths, hashes), embedder(), store.shelf(made))
    paths[1].write_bytes(b"other")
    hashes[1] = hashlib.sha256(b"other").hexdigest()
    embed = embedder()
    fill(files(paths, hashes), embed, store.shelf(made))
    assert embed.calls == 1


def test_a_file_that_is_gone(folder):
    paths, hashes = folder
    paths[0].unlink()
    with pytest.raises(InputError, match=r"0\.png cannot be read \(No such file"):
        files(paths, hashes).load(0)


def test_lengths(folder):
    with pytest.raises(InputError, match="addresses has 3 entries, contents has 2"):
        files(folder[0], folder[1][:2])
