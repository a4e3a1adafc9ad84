"""Names for content: equal content has one name, and every difference has another."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core import fingerprint


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_bytes_have_one_name_and_borders_count(first, second):
    assert (fingerprint.of_bytes(*first) == fingerprint.of_bytes(*second)) == (first == second)


def test_arrays_differ_by_value_shape_and_dtype_but_not_by_memory_order():
    a = np.arange(6, dtype=np.int64).reshape(2, 3)
    others = [a.reshape(3, 2), a.astype(np.int32), a + 1, a[:1]]
    names = {fingerprint.of_array(x) for x in [a, *others]}
    assert len(names) == 5
    assert fingerprint.of_array(np.asfortranarray(a)) == fingerprint.of_array(a)
    with pytest.raises(TypeError, match="no stable bytes"):
        fingerprint.of_array(np.array([object()]))


def test_json_ignores_key_order_and_refuses_nan():
    assert fingerprint.of_json({"a": 1, "b": [2]}) == fingerprint.of_json({"b": [2], "a": 1})
    assert fingerprint.of_json({"a": 1}) != fingerprint.of_json({"a": 1.5})
    with pytest.raises(ValueError, match="JSON"):
        fingerprint.of_json(float("nan"))


def test_file_agrees_with_hashlib(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"bytes" * 1000)
    assert fingerprint.of_file(path) == hashlib.sha256(b"bytes" * 1000).hexdigest()
