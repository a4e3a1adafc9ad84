"""The change of the worst group from counts is that of the rows, to the last bit."""

import numpy as np
import pytest

from hindmost.evals.stream_outcomes import count_outcomes
from hindmost.evals.stream_worst import worst_differences
from hindmost.evals.worst_difference import worst_difference


@pytest.mark.parametrize("seed", range(5))
def test_worst_differences_are_those_of_the_rows_to_the_last_bit(make_rows, seed):
    """Four heads over imbalanced groups, the last of them absent."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, 300, p=[0.8, 0.15, 0.05])
    right = rng.random((300, 4)) < 0.5 + 0.1 * group[:, None]
    rows = make_rows(group // 2, group % 2)
    outcomes = count_outcomes([(group, right)], heads=4, n_groups=4)
    found = worst_differences(outcomes, baseline=1)
    assert found == tuple(worst_difference(rows, right[:, 1], right[:, h]) for h in range(4))


def test_no_rows_no_difference():
    nothing = count_outcomes([], heads=2, n_groups=2)
    assert worst_differences(nothing, baseline=0) == ((None, None, None),) * 2
