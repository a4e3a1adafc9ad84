"""What the twins do agrees with the heads' own margins, and is absent where there are no twins."""

import numpy as np
import pytest

from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.rows import Naming, Rows
from hindmost.pipeline._reliance import Twins
from hindmost.pipeline._twins import blames, twin_effects


@pytest.fixture
def swapped():
    """Feature 0 holds the class, feature 1 the cue, which the swap turns over; the control moves neither."""
    rng = np.random.default_rng(0)
    y, cue = np.repeat([0, 1, 0, 1], 50), np.repeat([0, 0, 1, 1], 50)
    rows = Rows(np.array([f"r{i}" for i in range(200)]), y, cue, 2 + 0 * y, Naming(("a", "b"), ("0", "1"), ("cue",)))
    X = np.stack([2.0 * y - 1, 2.0 * cue - 1, 0 * y], axis=1) + 0.1 * rng.normal(size=(200, 3))
    treated = X * [1, -1, 1]
    features = Features(rows, X.astype(np.float32))
    chosen = np.arange(0, 200, 2)
    return features, Twins(
        chosen, 1 - cue[chosen], treated[chosen].astype(np.float32), X[chosen].astype(np.float32), "here"
    )


HEADS = {
    "erm": Head.from_binary(np.array([1.0, 2.0, 0.1]), np.zeros(1)),
    "dfr": Head.from_binary(np.array([3.0, 0.0, 0.2]), np.zeros(1)),
}


def test_the_cue_moves_the_baseline_and_not_the_head_that_zeroed_it(swapped):
    features, twins = swapped
    found = twin_effects(features, HEADS, "erm", twins, 0)
    assert [one.name for one in found["erm"]] == [*features.rows.naming.groups, "all rows"]
    everything = found["erm"][-1]
    assert everything.n == 100
    # aligned rows (a with 0, b with 1) lose their margin and turn wrong; the others gain it
    assert everything.harm.beyond.value == everything.help.beyond.value == 0.5
    assert everything.harm.control.value == 0
    assert found["erm"][0].shift.beyond.value == pytest.approx(-4, abs=0.2)
    assert found["dfr"][-1].shift.treated.value == pytest.approx(0, abs=1e-6)


def test_the_parts_by_feature_add_up_to_the_shift(swapped):
    features, twins = swapped
    effects, parts = twin_effects(features, HEADS, "erm", twins, 0), blames(features, HEADS, "erm", twins)
    assert list(parts) == ["dfr"]
    for effect, part in zip(effects["erm"], parts["dfr"], strict=True):
        assert part.before == pytest.approx(effect.shift.beyond.value)
        assert part.zeroed_before == pytest.approx(part.before)
        assert part.after == pytest.approx(0, abs=1e-6)
        assert part.top[0].feature == 1


def test_without_twins_there_is_nothing(swapped):
    features, _ = swapped
    assert twin_effects(features, HEADS, "erm", None, 0) == {}
    assert blames(features, HEADS, "erm", None) == {}
