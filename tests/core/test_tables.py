"""Tables hold plain values only: each one turns into JSON and back."""

import json
from dataclasses import asdict, fields, is_dataclass

import pytest

from hindmost.core import tables

TABLES = [cls for cls in vars(tables).values() if is_dataclass(cls)]


@pytest.mark.parametrize("table", TABLES, ids=lambda cls: cls.__name__)
def test_tables_are_frozen_and_turn_into_json(table):
    empty = table(**{field.name: None for field in fields(table)})
    assert json.loads(json.dumps(asdict(empty), allow_nan=False)) == asdict(empty)
    with pytest.raises(AttributeError):
        setattr(empty, fields(table)[0].name, 1)
