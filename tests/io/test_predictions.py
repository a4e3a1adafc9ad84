"""predictions.parquet."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hindmost.core.rows import Naming, Rows
from hindmost.io.predictions import write_predictions

ROWS = Rows(
    np.array(["a", "b", "c"]), np.array([0, 1, 1]), np.array([1, 0, 1]), np.array([0, 1, 2]),
    Naming(("cat", "dog"), ("in", "out"), ("place",), True),
)  # fmt: skip


def test_every_row_with_its_group_and_every_head(tmp_path: Path) -> None:
    path = tmp_path / "predictions.parquet"
    margin = np.array([0.1, -0.2, 0.3])
    write_predictions(path, ROWS, {"erm": margin, "dfr": -margin}, {"erm": np.array([0, 0, 1])})
    table = pd.read_parquet(path)
    assert [*table] == ["id", "split", "y", "group", "margin_erm", "predicted_erm", "margin_dfr"]
    assert table["group"].tolist() == ["cat, out", "dog, in", "dog, out"]
    assert table["split"].tolist() == ["train", "val", "test"]
    assert table["margin_dfr"].tolist() == (-margin).tolist()
    assert table["predicted_erm"].dtype == np.int64


def test_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"margin_erm has shape \(2,\), expected \(3,\)"):
        write_predictions(tmp_path / "p.parquet", ROWS, {"erm": np.zeros(2)}, {})
