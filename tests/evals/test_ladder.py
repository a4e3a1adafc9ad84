"""The ladder: each rung in its readings, each step paired with the last rung that has predictions."""

import numpy as np
import pytest

from hindmost.evals.ladder import Step, ladder
from hindmost.evals.worst_difference import worst_difference


@pytest.fixture
def world(make_rows):
    group = np.repeat(np.arange(4), (90, 60, 30, 80))
    rows = make_rows(group // 2, group % 2, split="test")
    rng = np.random.default_rng(0)

    def says(rate):
        return np.where(rng.random(len(group)) < rate, rows.y, 1 - rows.y)

    return rows, rows.take(np.zeros(0, dtype=np.int64)), says


def climb(world, *steps):
    rows, val, _ = world
    return ladder(rows, val, steps, level=0.05)


def test_a_step_is_the_paired_change_of_the_lowest_group(world) -> None:
    rows, _, says = world
    first, second = says(0.6), says(0.95)
    low, high = climb(world, Step("a", "erm", first), Step("b", "dfr", second))
    assert (low.step, low.step_low, low.step_high) == (None, None, None)
    assert (high.step, high.step_low, high.step_high) == worst_difference(rows, first == rows.y, second == rows.y)
    assert high.step == pytest.approx(high.worst.test_minimum - low.worst.test_minimum)
    assert high.step_low > 0


def test_nothing_changes_and_nothing_is_found(world) -> None:
    said = world[2](0.7)
    _, same = climb(world, Step("a", "erm", said), Step("b", "dfr", said.copy()))
    assert same.step == 0
    assert same.step_low < 0 < same.step_high


def test_a_rung_without_a_head_keeps_its_place_and_is_stepped_over(world) -> None:
    first, third = world[2](0.6), world[2](0.9)
    rungs = climb(world, Step("a", "erm", first), Step("b", reason="not run"), Step("c", "dfr", third))
    assert (rungs[1].worst, rungs[1].step, rungs[1].reason) == (None, None, "not run")
    assert rungs[2].step == pytest.approx(rungs[2].worst.test_minimum - rungs[0].worst.test_minimum)
    assert [rung.n for rung in rungs] == [260] * 3
