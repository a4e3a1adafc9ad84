"""The store: whole or absent, never wrong."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.features.store import FeatureStore


def test_round_trip(tmp_path):
    store = FeatureStore(tmp_path)
    arrays = {"X": np.arange(6, dtype=np.float32).reshape(2, 3), "maps": np.zeros((0, 2, 2), np.float32)}
    store.write("key", 3, arrays)
    back = store.read("key", 3)
    assert back.keys() == arrays.keys()
    for name in arrays:
        np.testing.assert_array_equal(back[name], arrays[name])
        assert back[name].dtype == arrays[name].dtype
    assert store.read("key", 2) is None
    assert store.read("other", 3) is None
    assert store.notes == []


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    store = FeatureStore(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(InputError, match=r"No space left on device.*name another cache folder"):
        store.write("key", 0, {"X": np.zeros(3)})
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_objects_are_not_stored(tmp_path):
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        FeatureStore(tmp_path).write("key", 0, {"X": np.array([{}], dtype=object)})
