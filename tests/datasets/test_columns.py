"""Ranked names: the law for every role, then the choice of the cue."""

from itertools import pairwise

import numpy as np
import pytest

from hindmost.core.dataset import Card
from hindmost.core.errors import InputError
from hindmost.datasets import columns
from hindmost.datasets.table import Table

RANKED = {"file": columns.FILE, "class": columns.CLASS, "cue": columns.CUE, "id": columns.ID}


def table(*names: str) -> Table:
    return Table("metadata.csv", {name: np.array(["0", "1", "0", "1"]) for name in names})


@pytest.mark.parametrize("role", RANKED)
def test_of_two_ranks_the_higher_wins_wherever_it_stands(role: str) -> None:
    ranks = RANKED[role]
    for high, low in pairwise(ranks):
        assert columns.find((low, high), ranks, role) == high
        assert columns.find((high, low), ranks, role) == high


def test_the_ranks_are_those_of_the_contract() -> None:
    assert columns.FILE == ("img_filename", "filename", "path", "image")
    assert columns.CLASS == ("y", "label", "target", "benign_malignant")
    assert columns.CUE == ("a", "cue", "place", "spurious", "confounder", "patches")


def test_equal_rank_names_both() -> None:
    with pytest.raises(InputError, match="equal rank could be the class: Label, label"):
        columns.find(("Label", "label"), columns.CLASS, "class")


def test_a_missing_role_names_what_was_expected_and_what_came() -> None:
    with pytest.raises(InputError, match=r"no split column: expected one named split, but these came: y, place"):
        columns.require(table("y", "place"), columns.SPLIT, "split")


def test_asked_for_beats_card_beats_rank() -> None:
    card = Card(cues={"box": {}})
    full = table("y", "place", "box", "size")
    assert columns.choose_cues(full, card, ("size",), ("y",)) == ("size",)
    assert columns.choose_cues(full, card, (), ("y",)) == ("box",)
    assert columns.choose_cues(full, None, (), ("y",)) == ("place",)


def test_the_card_counts_only_cues_that_are_columns() -> None:
    card = Card(cues={"patches": {}, "ruler": {}})
    assert columns.choose_cues(table("y", "ruler"), card, (), ("y",)) == ("ruler",)


def test_several_cues_on_the_card_leave_the_choice_to_the_ranks() -> None:
    card = Card(cues={"patches": {}, "ruler": {}})
    assert columns.choose_cues(table("y", "ruler", "patches"), card, (), ("y",)) == ("patches",)
    with pytest.raises(InputError, match=r"--cue NAME; candidates: gauze, ruler"):
        columns.choose_cues(table("y", "ruler", "gauze"), Card(cues={"gauze": {}, "ruler": {}}), (), ("y",))


def test_cues_of_equal_rank_are_named() -> None:
    with pytest.raises(InputError, match=r"Several columns could be the cue.*--cue NAME; candidates: Place, place"):
        columns.choose_cues(table("y", "Place", "place"), None, (), ("y",))


def test_no_cue_proposes_columns_with_few_values() -> None:
    with pytest.raises(InputError, match=r"No column is named as the cue.*--cue NAME; candidates: box, size"):
        columns.choose_cues(table("y", "img_filename", "box", "size"), None, (), ("y",))


@pytest.mark.parametrize(
    ("cues", "message"),
    [
        (("shape",), "no column 'shape'.*candidates: place"),
        (("y",), "class or split column"),
        (("place", "place"), "given twice"),
    ],
)
def test_a_wrong_cue_is_refused(cues: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        columns.choose_cues(table("y", "place"), None, cues, ("y", "split"))
