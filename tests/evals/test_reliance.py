"""Reliance by swap: fragility is not reliance, and either direction is seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.evals.reliance import DIRECTIONS, swap_reliance

ASSOCIATION = np.array([0, 1])


def measure(rows, predicted, twin, control, association=ASSOCIATION, twin_cue=None):
    cue = 1 - rows.cue if twin_cue is None else twin_cue
    return swap_reliance(rows, predicted, twin, cue, control, association=association, level=0.05)


def imbalanced(make_rows, n=1000):
    group = np.repeat(np.arange(4), [int(0.45 * n), int(0.05 * n), int(0.05 * n), int(0.45 * n)])
    return make_rows(group // 2, group % 2)


def noisy(rng, y, share):
    return y ^ (rng.random(len(y)) < share)


def test_a_fragile_head_that_ignores_the_cue_does_not_rely_on_it(make_rows):
    """Null: swap and control flip 20 % of predictions alike, at 90/10."""
    rows, rng = imbalanced(make_rows), np.random.default_rng(0)
    found = []
    for _ in range(200):
        predicted = noisy(rng, rows.y, 0.1)
        found.append(measure(rows, predicted, noisy(rng, predicted, 0.2), noisy(rng, predicted, 0.2)))
    assert np.mean([each.lower_bound > 0 for each in found]) <= 0.05 + 0.046  # three standard errors of 200
    assert np.mean([each.upper_bound < 0 for each in found]) <= 0.05 + 0.046
    # Before: without the control, fragility alone looks like reliance.
    alone = measure(rows, predicted, noisy(rng, predicted, 0.2), None)
    assert alone.kind == "swap_only"
    assert alone.lower_bound > 0.05
    assert alone.control is None


@pytest.mark.parametrize(("follow", "direction"), [(True, "with"), (False, "against")])
def test_a_head_that_follows_the_cue_is_found_in_its_direction(make_rows, follow, direction):
    rows, rng = imbalanced(make_rows), np.random.default_rng(1)
    follows = rng.random(len(rows)) < 0.3
    cue, twin_cue = (rows.cue, 1 - rows.cue) if follow else (1 - rows.cue, rows.cue)
    predicted = np.where(follows, cue, rows.y)
    found = measure(rows, predicted, np.where(follows, twin_cue, rows.y), predicted)
    assert (found.kind, found.direction) == ("swap", f"{direction} the training association")
    assert found.number == pytest.approx(follows.mean())
    assert found.low < found.number < found.high
    assert 0.2 < found.lower_bound < found.number < found.upper_bound < 0.4
    assert found.control == 0.0


def test_a_cue_that_turns_the_evidence_over_is_found_in_either_direction(make_rows):
    """Half of the answers move with the association and half against it: neither direction alone is large."""
    rows, rng = imbalanced(make_rows), np.random.default_rng(2)
    turned = rng.random(len(rows)) < 0.2
    found = measure(rows, rows.y, np.where(turned, 1 - rows.y, rows.y), rows.y)
    assert found.direction == "in either direction"
    assert found.number == pytest.approx(turned.mean())


values = st.integers(0, 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[values] * 6), min_size=1, max_size=20), st.tuples(*[st.integers(-1, 2)] * 3))
def test_agrees_with_a_slow_loop(make_rows, table, association):
    y, cue, twin_cue, predicted, twin, control = (np.array(column) for column in zip(*table))
    rows = make_rows(y, cue, classes=3, cues=3)
    found = measure(rows, predicted, twin, control, np.array(association), twin_cue)

    def flip(before, after, old, new):
        if before == after:
            return None
        along = after == association[new] or before == association[old]
        counter = before == association[new] or after == association[old]
        return int(along and not counter) - int(counter and not along)

    kept = [row for row in table if association[row[1]] != association[row[2]]]
    if not kept:
        assert (found.kind, found.n, found.number) == ("none", 0, None)
        return
    swaps = [flip(p, t, a, b) for _, a, b, p, t, _ in kept]
    controls = [flip(p, k, a, b) for _, a, b, p, _, k in kept]
    kinds = [{1}, {-1}, {1, -1, 0}]  # with, against, in either direction
    swap = [sum(each in kind for each in swaps) / len(kept) for kind in kinds]
    control = [sum(each in kind for each in controls) / len(kept) for kind in kinds]
    means = np.subtract(swap, control)
    assert found.number == pytest.approx(means.max())
    top = DIRECTIONS.index(found.direction)
    assert means[top] == pytest.approx(means.max())
    assert (found.swap, found.control) == (pytest.approx(swap[top]), pytest.approx(control[top]))
    assert found.n == len(kept) == sum(row.n for row in found.groups)
    total = sum(row.n * row.difference for row in found.groups if row.n)
    assert total / found.n == pytest.approx(found.number)
    assert (found.reason is None) == (len(kept) == len(table))


def test_twins_that_are_rows_themselves_count_once(make_rows):
    """100 scenes given twice, once from each side: not 200 independent pairs."""
    y, cue = np.repeat([0, 1], 100), np.tile(np.repeat([0, 1], 50), 2)
    follows = np.arange(200) % 5 == 0
    predicted, twin = np.where(follows, cue, y), np.where(follows, 1 - cue, y)
    once = measure(make_rows(y, cue), predicted, twin, predicted)
    both = make_rows(np.tile(y, 2), np.concatenate([cue, 1 - cue]), cluster=np.tile(np.arange(200), 2))
    twice = measure(both, np.concatenate([predicted, twin]), np.concatenate([twin, predicted]),
                    np.concatenate([predicted, twin]))  # fmt: skip
    assert (twice.n, once.n) == (400, 200)
    ends = [(each.number, each.lower_bound, each.upper_bound) for each in (once, twice)]
    assert ends[0] == pytest.approx(ends[1])


def test_nothing_to_swap(make_rows):
    empty = np.array([], dtype=np.int64)
    found = measure(make_rows([], []), empty, empty, empty)
    assert (found.kind, found.number, found.groups) == ("none", None, ())
    assert "twin" in found.reason
    with pytest.raises(InputError, match="control_predicted"):
        measure(make_rows([0, 1], [0, 1]), np.array([0, 1]), np.array([0, 1]), np.array([0]))
