"""32 bytes a name, there and back."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.features.digests import digests, hex_names, of_positions
from hindmost.features.index import indexed


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=9))
def test_there_and_back(raw):
    names = [value.hex() for value in raw]
    found = digests(names)
    assert found.dtype == "S32"
    assert hex_names(found).tolist() == names
    assert (digests(np.array(names, dtype=np.str_)) == found).all()


def test_zero_bytes_count():
    """numpy drops trailing zeros of text when it shows it; comparing and searching must not care."""
    names = digests(["00" * 32, "01" + "00" * 31, "00" * 31 + "01"])
    assert len(np.unique(names)) == 3
    index = indexed([], [])
    assert (index.find(names) == -1).all()
    np.testing.assert_array_equal(indexed(["a"], [names]).row[indexed(["a"], [names]).find(names)], [0, 1, 2])


@pytest.mark.parametrize("name", ["", "ab", "g" * 64, "0" * 65, "é" * 64, 5])
def test_other_names_are_refused(name):
    with pytest.raises(InputError, match="64 hex digits"):
        digests([hashlib.sha256(b"").hexdigest(), name] if isinstance(name, str) else [name])


def test_positions_differ_and_ascend():
    names = of_positions(300)
    assert (np.sort(names) == names).all()
    assert len(np.unique(names)) == 300
