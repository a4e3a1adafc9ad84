"""Ids: defined by the whole table and the card, never compacted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.datasets.values import Encoded, encode, encode_flags, encode_splits, product


def column(*values: str) -> np.ndarray:
    return np.array(values, dtype=np.str_)


@given(
    k=st.integers(2, 6),
    drawn=st.lists(st.integers(0, 5), min_size=1, max_size=40),
)
def test_numbers_are_their_own_ids_even_where_the_card_alone_knows_a_value(k: int, drawn: list[int]) -> None:
    values = [value % k for value in drawn]
    card = {at: f"name {at}" for at in range(k)}
    encoded = encode("place", column(*map(str, values)), card, prefix="place")
    assert encoded.ids.tolist() == values
    assert encoded.names == tuple(card.values())
    assert encoded.named


@given(st.lists(st.sampled_from(["sea", "forest", "sky", "lake"]), min_size=2, max_size=30))
def test_names_get_ids_in_sorted_order(values: list[str]) -> None:
    known = sorted(set(values))
    if len(known) < 2:
        return
    encoded = encode("place", column(*values), {}, prefix="place")
    assert [encoded.names[at] for at in encoded.ids] == values
    assert encoded.names == tuple(known)
    assert encoded.named


def test_unnamed_ids_carry_their_prefix() -> None:
    encoded = encode("label", column("0", "1.0", "01"), {}, prefix="y")
    assert encoded.ids.tolist() == [0, 1, 1]
    assert encoded.names == ("y=0", "y=1")
    assert not encoded.named


@pytest.mark.parametrize("card", [{}, {-1: "dark", 1: "blond"}, {0: "dark", 1: "blond"}])
def test_minus_one_and_one_are_two_values(card: dict[int, str]) -> None:
    encoded = encode("hair", column("-1", "1", "-1"), card, prefix="hair")
    assert encoded.ids.tolist() == [0, 1, 0]
    assert encoded.names == (("dark", "blond") if card else ("hair=-1", "hair=1"))


def test_true_and_false_are_one_and_zero() -> None:
    assert encode("box", column("False", "true"), {}, prefix="box").names == ("box=0", "box=1")


def test_the_ids_of_a_card_hold_where_the_values_are_its_names() -> None:
    encoded = encode("y", column("benign", "melanoma"), {0: "melanoma", 1: "benign", 2: "naevus"}, prefix="y")
    assert encoded.ids.tolist() == [1, 0]
    assert encoded.names == ("melanoma", "benign", "naevus")


def test_a_card_renames_names_in_sorted_order() -> None:
    assert encode("y", column("b", "m"), {0: "benign", 1: "melanoma"}, prefix="y").names == ("benign", "melanoma")


def test_a_card_that_would_exchange_two_names_is_refused() -> None:
    with pytest.raises(InputError, match="Let the card use the same names"):
        encode("y", column("benign", "malignant"), {0: "melanoma", 1: "benign"}, prefix="y")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("0", "-2"), "holds -2. Number its values from 0"),
        (("-1", "0", "1"), "holds -1"),
        (("0", "2"), "holds 2 but not 1"),
        (("1", "2"), "holds 2 but not 0"),
        (("0", "0.5"), "mixes '0.5' with numbers"),
        (("0", "1", "unknown"), "mixes 'unknown' with numbers"),
        (("0", ""), "is empty in 1 rows, first in row 2"),
        (("nan", "0"), "is empty in 1 rows, first in row 1"),
        (("0", "0"), "one value everywhere"),
    ],
)
def test_values_that_cannot_be_ids_are_refused(values: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        encode("place", column(*values), {}, prefix="place")


def test_a_gap_is_no_gap_where_the_card_names_the_absent_value() -> None:
    assert encode("place", column("0", "2"), {0: "a", 1: "b", 2: "c"}, prefix="place").names == ("a", "b", "c")


def test_two_values_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="two values of one name"):
        encode("y", column("0", "1"), {0: "bird", 1: "bird"}, prefix="y")


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=20))
def test_a_product_is_row_major(pairs: list[tuple[int, int]]) -> None:
    left = Encoded(np.array([a for a, _ in pairs]), ("p=0", "p=1", "p=2"), False)
    right = Encoded(np.array([b for _, b in pairs]), ("q=0", "q=1", "q=2", "q=3"), False)
    whole = product([left, right])
    assert whole.ids.tolist() == [4 * a + b for a, b in pairs]
    assert all(whole.names[4 * a + b] == f"p={a}, q={b}" for a in range(3) for b in range(4))


@pytest.mark.parametrize(
    "words", [("0", "1", "2"), ("train", "val", "test"), ("tr", "va", "te"), ("Train", "validation", "TEST")]
)
def test_every_spelling_of_the_splits(words: tuple[str, ...]) -> None:
    assert encode_splits("split", column(*words)).tolist() == [0, 1, 2]


def test_an_unknown_split_names_value_and_row() -> None:
    with pytest.raises(InputError, match="split is 'holdout' in row 3"):
        encode_splits("split", column("0", "1", "holdout", "abc"))


def test_flags() -> None:
    assert encode_flags("poor", column("1", "0", "", "True")).tolist() == [True, False, False, True]
    with pytest.raises(InputError, match="poor is 'maybe' in row 2"):
        encode_flags("poor", column("1", "maybe"))
