"""Counts of the groups follow the knobs."""

from collections import Counter

import pytest

from hindmost.datasets.bluebox.knobs import Knobs
from hindmost.datasets.bluebox.plan import plan


def knobs(correlation: float, train: int = 200) -> Knobs:
    return Knobs(correlation, 0.5, False, 0, train, 7, 11, 48)


@pytest.mark.parametrize("correlation", [0.5, 0.8, 0.95, 1.0])
def test_train_is_aligned_with_the_correlation(correlation: float) -> None:
    counts = Counter((row.y, row.box) for row in plan(knobs(correlation)) if row.split == 0)
    aligned = round(100 * correlation)
    assert [counts[group] for group in ((0, 0), (0, 1), (1, 0), (1, 1))] == [
        100 - aligned,
        aligned,
        aligned,
        100 - aligned,
    ]


@pytest.mark.parametrize(("split", "each"), [(1, 7), (2, 11)])
def test_val_and_test_are_balanced_whatever_the_correlation(split: int, each: int) -> None:
    counts = Counter((row.y, row.box) for row in plan(knobs(1.0)) if row.split == split)
    assert counts == {(y, box): each for y in (0, 1) for box in (0, 1)}


def test_an_odd_number_of_train_rows_loses_none() -> None:
    assert sum(row.split == 0 for row in plan(knobs(0.9, train=33))) == 33


def test_rows_are_numbered_and_their_order_tells_nothing() -> None:
    rows = plan(knobs(0.5))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    first_half = [row.y for row in rows if row.split == 0][:100]
    assert 30 < sum(first_half) < 70  # 50 expected, 4 standard deviations of a draw without replacement are 14
