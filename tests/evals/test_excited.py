"""The rows with the largest values of the features that lost, or hold, the most weight."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.evals.excited import FEATURES, IMAGES, excited


def binary(*w):
    return Head.from_binary(np.array(w, dtype=float), np.zeros(1))


def test_by_hand(make_rows):
    """Features: core dropped, core kept, cue dropped to nothing, cue kept, neither."""
    rows = make_rows([0, 1, 0, 1], [0, 0, 1, 1])
    X = np.array([[0, 3, 9, 0, 0], [1, 2, 8, 0, 0], [2, 1, 7, 0, 0], [3, 0, 6, 0, 0]], dtype=float)
    roles = np.array([0, 0, 1, 1, 3])
    found = excited(rows, X, binary(0.1, 4, 0, 1, 9), binary(4, 3, 4, 1, 1), np.ones(5), roles)
    named = [(one.kind, one.feature, one.zeroed) for one in found]
    assert named[0] == ("dropped core", 0, False)
    assert ("dropped cue", 2, True) in named
    assert [one.feature for one in found if one.kind == "kept core"] == [1, 0]
    assert found[0].ids == ("row3", "row2", "row1")
    assert found[0].groups == ("y=1, a=1", "y=0, a=1", "y=1, a=0")
    assert found[0].values == (1.5, 0.5, -0.5)
    cue = next(one for one in found if one.feature == 2)
    assert cue.ids == ("row0", "row1", "row2")


def test_there_are_at_most_three_of_three_of_three(make_rows):
    rng = np.random.default_rng(0)
    rows = make_rows(np.repeat([0, 1], 20), np.tile([0, 1], 20))
    X, roles = rng.normal(size=(40, 30)), rng.integers(0, 4, 30)
    before, after = (binary(*rng.normal(size=30)) for _ in range(2))
    found = excited(rows, X, after, before, X.std(axis=0), roles)
    assert len(found) == 3 * FEATURES
    for one in found:
        assert len(one.ids) == len(one.groups) == len(one.values) == IMAGES
        values = X[[int(id[3:]) for id in one.ids], one.feature]
        assert values[0] == X[:, one.feature].max()
        assert list(values) == sorted(values, reverse=True)
        shares = [other.share for other in found if other.kind == one.kind]
        assert shares == sorted(shares, reverse=True)


def test_a_head_that_lost_nothing_dropped_nothing(make_rows):
    rows, w = make_rows([0, 1], [0, 1]), binary(1, 2)
    found = excited(rows, np.eye(2), w, w, np.ones(2), np.array([0, 1]))
    assert [one.kind for one in found] == ["kept core"]
    with pytest.raises(InputError, match="features"):
        excited(rows, np.eye(2), w, w, np.ones(3), np.array([0, 1]))
