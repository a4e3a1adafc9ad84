"""One shelf for each way of making features."""

from dataclasses import replace

import pytest

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError


@pytest.mark.parametrize(
    "change",
    [
        {"weights_hash": "v"},
        {"preprocessing": Preprocessing(8, 8, squash=False)},
        {"extraction": {"runtime": "by hand", "threads": 2}},
        {"batch": 5},
        {"precision": "float16"},
    ],
)
def test_another_shelf_for_everything_that_a_number_depends_on(store, made, change):
    assert store.shelf(made).folder == store.shelf(replace(made)).folder
    assert store.shelf(made).folder != store.shelf(replace(made, **change)).folder


def test_the_recipe_is_part_of_the_name(store, made, monkeypatch):
    before = store.shelf(made).folder
    monkeypatch.setattr("hindmost.features.made.RECIPE", 99)
    assert store.shelf(made).folder != before


def test_bad_ways(made):
    with pytest.raises(InputError, match="at least 1 image"):
        replace(made, batch=0)
    with pytest.raises(InputError, match="float32 or float16"):
        replace(made, precision="int8")
