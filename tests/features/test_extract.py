"""A list that is known as a whole: the same engine, rows named by position."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.features.extract import extract


@pytest.fixture
def run(store, image):
    def call(embed, n=41, key="k", **options):
        return extract(n, image, embed, store=store, key=key, **({"batch": 4} | options))

    return call


def test_equals_a_loop_and_the_second_time_nothing_is_computed(run, embedder, loop):
    first, again = run(embedder(), maps_for={3}), embedder()
    np.testing.assert_array_equal(first[0], loop(range(41)))
    second = run(again, maps_for={3})
    assert again.calls == 0
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    np.testing.assert_array_equal(first[2].maps, second[2].maps)


@pytest.mark.parametrize("other", [{"key": "other"}, {"batch": 5}, {"maps_for": {1}}])
def test_anything_else_is_computed_anew(run, embedder, other):
    run(embedder())
    embed = embedder()
    run(embed, **other)
    assert embed.calls > 0


def test_no_rows(run, embedder):
    with pytest.raises(InputError, match="at least 1 image"):
        run(embedder(), n=0)
