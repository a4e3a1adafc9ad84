"""CSV: what a spreadsheet may do to it."""

from pathlib import Path

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.datasets.table import read_csv, text_of


def test_quotes_white_space_and_a_byte_order_mark_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbfy, path\r\n1,"a, b.png"\r\n\r\n0, c.png \r\n')
    table = read_csv(path)
    assert table.names == ("y", "path")
    assert table.columns["path"].tolist() == ["a, b.png", "c.png"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no rows"),
        (b"y,path\n", "holds no rows"),
        (b"y,path\n1\n", "line 2 has 1 fields, the header has 2"),
        (b"y,path\n1,a,b\n", "line 2 has 3 fields"),
        (b"y,y\n1,0\n", "two columns named 'y'"),
        ("y,path\n1,é\n".encode("utf-16"), "not UTF-8"),
        (b'y,path\n1,"a\n', "not a CSV file"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_csv(tmp_path / "t.csv")


def test_a_missing_or_unreadable_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.csv does not exist"):
        read_csv(tmp_path / "t.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_csv(tmp_path)


def test_arrays_become_the_text_that_a_table_would_hold() -> None:
    def texts(array: np.ndarray) -> list[str]:
        found = text_of(array)
        assert found is not None
        return list(found)

    assert texts(np.array([1.0, 0.5, np.nan])) == ["1", "0.5", ""]
    assert texts(np.array([True, False])) == ["1", "0"]
    assert texts(np.array([b"land", b"sea"])) == ["land", "sea"]
    assert texts(np.array([" land "])) == ["land"]
    assert text_of(np.array([1j])) is None
