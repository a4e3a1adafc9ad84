"""A recipe is checked at birth."""

import pytest

from hindmost.core.errors import InputError
from hindmost.training.recipe import Recipe


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", 0), ("batch", 1), ("patience", 0), ("seed", -1), ("warm_up", 1.0), ("hold_out", -0.1),
     ("hold_out", 1.0), ("lr", 0.0), ("weight_decay", -1.0), ("criterion", "best"), ("precision", "float16")],
)  # fmt: skip
def test_out_of_range(field, value):
    with pytest.raises(InputError, match=f"recipe: .*{field}"):
        Recipe(**{field: value})


def test_defaults_stand():
    recipe = Recipe()
    assert (recipe.criterion, recipe.hold_out, recipe.keep_early, recipe.precision) == ("mean", 0.0, False, "auto")
