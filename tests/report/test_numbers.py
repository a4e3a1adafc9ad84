"""How numbers look."""

from __future__ import annotations

import pytest

from hindmost.report import numbers


@pytest.mark.parametrize(
    ("function", "value", "text"),
    [
        (numbers.percent, 0.8123, "81.2%"),
        (numbers.percent, None, "–"),
        (numbers.percents, (0.346, 0.912), "34.6% → 91.2%"),
        (numbers.points, 0.41, "+41.0"),
        (numbers.points, -0.065, "−6.5"),
        (numbers.points, -0.0001, "0.0"),
        (numbers.points, 0.0, "0.0"),
        (numbers.decimal, -0.004, "0.00"),
        (numbers.signed, 0.81, "+0.81"),
        (numbers.compact, 3.0, "3"),
        (numbers.compact, 0.05, "0.050"),
        (numbers.compact, -12.0, "−12"),
        (numbers.count, 2255, "2,255"),
        (numbers.count, 0, "0"),
        (numbers.count, None, "–"),
        (numbers.p_value, 0.0000004, "<0.001"),
        (numbers.p_value, 0.0419, "0.042"),
        (numbers.p_value, None, "–"),
    ],
)
def test_numbers(function: object, value: object, text: str) -> None:
    assert function(value) == text  # type: ignore[operator]


def test_intervals() -> None:
    assert numbers.percent_interval(0.76, 0.851) == "[76.0, 85.1]"
    assert numbers.points_interval(-0.018, 0.004) == "[−1.8, +0.4]"
    assert numbers.decimal_interval(0.9, 1.2) == "[0.90, 1.20]"
    assert numbers.signed_interval(-0.1, 0.2) == "[−0.10, +0.20]"
    assert numbers.compact_interval(None, 0.126) == "[–, 0.126]"


@pytest.mark.parametrize(
    "function",
    [numbers.percent_interval, numbers.points_interval, numbers.decimal_interval, numbers.signed_interval,
     numbers.compact_interval],
)  # fmt: skip
def test_no_interval_is_empty(function: object) -> None:
    assert function(None, None) == ""  # type: ignore[operator]


def test_a_table_rounds_as_a_sentence_does() -> None:
    values = [i / 2000 + 0.0005 for i in range(2000)]
    assert [numbers.percent(v) for v in values] == [f"{v:.1%}" for v in values]
