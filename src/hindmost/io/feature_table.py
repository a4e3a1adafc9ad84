"""``features.parquet``: every feature with what it tells and its weight in each head, so that anyone can recompute."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hindmost.core.anatomy import FeatureTable


def write_feature_table(path: Path, table: FeatureTable) -> None:
    """Write one row per feature; docs/anatomy.md names the columns."""
    pq.write_table(pa.table({name: pa.array(list(column)) for name, column in table.columns.items()}), path)
