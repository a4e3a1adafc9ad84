"""Which class a cue goes with: lift, not frequency."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.evals.association import training_association


def build(make_rows, counts):
    """Training rows from a table of counts, classes by cues."""
    counts = np.array(counts)
    group = np.repeat(np.arange(counts.size), counts.ravel())
    c, k = counts.shape
    return make_rows(group // k, group % k, classes=c, cues=k, split="train")


def test_lift_sees_the_rare_class_where_frequency_sees_the_common_one(make_rows):
    rows = build(make_rows, [[900, 60], [10, 30]])  # class 0 is the more frequent one under both cues
    assert training_association(rows).tolist() == [0, 1]


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=4))
def test_agrees_with_a_slow_loop(make_rows, counts):
    found = training_association(build(make_rows, counts))
    total = sum(map(sum, counts))
    for a, chosen in enumerate(found.tolist()):
        column = [row[a] for row in counts]
        if not sum(column):
            assert chosen == -1
            continue
        lifts = [n / sum(column) / (sum(row) / total) if sum(row) else 0.0 for n, row in zip(column, counts)]
        assert lifts[chosen] == pytest.approx(max(lifts))


def test_balanced_training_ties_every_lift_and_still_gives_each_cue_its_class(make_rows):
    assert training_association(build(make_rows, [[50, 50], [50, 50]])).tolist() == [0, 1]
    assert training_association(build(make_rows, [[90, 90], [10, 10]])).tolist() == [0, 1]
    assert training_association(build(make_rows, [[0, 0], [0, 0]])).tolist() == [-1, -1]
