"""Knobs out of their range are refused with what was expected, what came, and a remedy."""

import math
from pathlib import Path

import pytest

from hindmost.core.errors import InputError
from hindmost.datasets.bluebox import generate


@pytest.mark.parametrize(
    ("knob", "value", "expected"),
    [
        ("correlation", 0.4, "from 0.5 to 1"),
        ("correlation", 1.01, "from 0.5 to 1"),
        ("correlation", math.nan, "from 0.5 to 1"),
        ("defect_contrast", 0.0, "from 0.05 to 1"),
        ("defect_contrast", math.inf, "from 0.05 to 1"),
        ("seed", -1, "of 0 or more"),
        ("train", 1, "of 2 or more"),
        ("val_per_group", 0, "of 1 or more"),
        ("test_per_group", 2.5, "of 1 or more"),
        ("size", 16, "from 32 to 1024"),
        ("size", 4096, "from 32 to 1024"),
        ("workers", 0, "of 1 or more"),
        ("workers", True, "of 1 or more"),
    ],
)
def test_a_bad_knob_is_refused_and_writes_nothing(tmp_path: Path, knob: str, value: float, expected: str) -> None:
    with pytest.raises(InputError, match=rf"{knob} must be .*{expected}, but got .*Pass {knob}="):
        generate(tmp_path / "new" / "out", **{knob: value})
    assert not list(tmp_path.iterdir())
