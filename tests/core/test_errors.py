"""The exception tree, pinned."""

from hindmost.core import errors


def test_the_tree_is_the_one_that_is_documented():
    tree = {name: cls.__bases__ for name, cls in vars(errors).items() if isinstance(cls, type)}
    assert tree == {
        "HindmostError": (Exception,),
        "InputError": (errors.HindmostError, ValueError),
        "MissingExtra": (errors.InputError,),
        "EmptyStratum": (errors.HindmostError, ValueError),
        "NothingToCompare": (errors.HindmostError,),
    }
    assert errors.EmptyStratum("none", (3,)).strata == (3,)
