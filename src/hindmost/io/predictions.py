"""``predictions.parquet``: every row with its group and what each head says, so that anyone can recompute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hindmost.core.rows import SPLITS, FloatArray, IntArray, Rows


def write_predictions(
    path: Path, rows: Rows, margins: Mapping[str, FloatArray], predicted: Mapping[str, IntArray]
) -> None:
    """Columns ``id, split, y, group``, then ``margin_<head>`` and ``predicted_<head>`` per head.

    Parameters
    ----------
    path : Path
    rows : Rows, n of them
    margins : dict of float arrays (n,)     head -> logit of the true class minus the baseline's runner-up
    predicted : dict of int arrays (n,)     head -> class id

    Raises
    ------
    ValueError
        A column has another length than the rows.
    """
    groups = np.array(rows.naming.groups)
    columns: dict[str, NDArray[np.generic]] = {
        "id": rows.ids,
        "split": np.array(SPLITS)[rows.split],
        "y": rows.y,
        "group": groups[rows.group],
    }
    for head in dict.fromkeys((*margins, *predicted)):
        if head in margins:
            columns[f"margin_{head}"] = margins[head]
        if head in predicted:
            columns[f"predicted_{head}"] = predicted[head]
    for name, column in columns.items():
        if column.shape != (len(rows),):
            raise ValueError(f"{name} has shape {column.shape}, expected ({len(rows)},). Pass one value per row.")
    pq.write_table(pa.table({name: pa.array(column.tolist()) for name, column in columns.items()}), path)
