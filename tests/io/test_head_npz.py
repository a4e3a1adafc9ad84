"""Heads on disk."""

from pathlib import Path

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.io.head_npz import read_head, read_head_meta, write_head

HEAD = Head(np.random.default_rng(0).normal(size=(3, 5)), np.arange(3.0))


def test_there_and_back_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "dfr.npz"
    write_head(HEAD, path, {"method": "DFR", "C": 0.1})
    back = read_head(path)
    assert np.array_equal(back.coef, HEAD.coef)
    assert np.array_equal(back.intercept, HEAD.intercept)
    assert read_head_meta(path) == {"method": "DFR", "C": 0.1}
    first = path.read_bytes()
    write_head(HEAD, path, {"C": 0.1, "method": "DFR"})
    assert path.read_bytes() == first


def test_a_file_that_is_no_head_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dfr.npz"
    with pytest.raises(InputError, match="does not exist"):
        read_head(path)
    good = {"coef": np.ones((2, 3)), "intercept": np.zeros(2)}
    cases: list[tuple[dict[str, np.ndarray], str]] = [
        ({"coef": good["coef"]}, "expected an .npz with coef and intercept"),
        (good | {"coef": np.ones((2, 3), dtype=object)}, "is not a head"),
        (good | {"coef": np.full((2, 3), "a")}, "coef holds <U1"),
        (good | {"coef": np.full((2, 3), np.nan)}, r"dfr\.npz: A head holds NaN"),
        (good | {"intercept": np.zeros(3)}, r"dfr\.npz: A head needs coef"),
    ]
    for arrays, message in cases:
        np.savez(path, **arrays)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=message):
            read_head(path)
    with path.open("wb") as stream:
        np.save(stream, good["coef"])
    with pytest.raises(InputError, match="is not a head"):
        read_head(path)
    for content in (b"", b"nonsense", b"PK\x03\x04nonsense"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="is not a head"):
            read_head(path)
    np.savez(path, meta=np.array("{"))
    with pytest.raises(InputError, match="no readable note"):
        read_head_meta(path)
